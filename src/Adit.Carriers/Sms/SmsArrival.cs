using Adit.Core;

namespace Adit.Carriers.Sms;

/// <summary>A message that came, or a number that the centre refuses for good.</summary>
/// <param name="Number">Who it is from, or could not be sent to.</param>
/// <param name="Datagram">What was in it; empty for a refusal.</param>
/// <param name="Form">How it stood there.</param>
/// <param name="Refusal">Why nothing can be sent to the number; null for a message.</param>
public sealed record SmsArrival(string Number, byte[] Datagram, SmsForm Form, TunnelException? Refusal = null);
