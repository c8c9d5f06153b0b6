namespace Adit.Carriers.Sms;

/// <summary>How datagrams stand in messages.</summary>
public enum SmsForm
{
    /// <summary>As octets at first, and as text every third time until the peer answers; then as the peer does.</summary>
    Auto,

    /// <summary>Octets: 140 in a message.</summary>
    Octets,

    /// <summary>Text: 120 octets in 160 characters.</summary>
    Text,
}
