using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>What became of a probe.</summary>
/// <param name="Kind">The probe.</param>
/// <param name="IsWell">Whether question and answer came through unchanged and whole.</param>
/// <param name="Code">The response's code; null when nothing came.</param>
/// <param name="Length">Octets of the answer's payload.</param>
/// <param name="Elapsed">From the question to the answer.</param>
/// <param name="IsTruncated">Whether the answer was cut.</param>
public sealed record DnsProbeOutcome(DnsProbeKind Kind, bool IsWell, DnsResponseCode? Code, int Length, TimeSpan Elapsed, bool IsTruncated);
