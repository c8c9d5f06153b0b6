namespace Adit.Wire.Dns.Payload;

/// <summary>
/// The first octet of every answer's payload: for how long the server held the query, in steps of 5 ms, rounded up, at most 1.275 s. Without it a client could not tell a
/// held answer from a slow path.
/// </summary>
public static class DnsHeldTime
{
    /// <summary>Octets.</summary>
    public const int Length = 1;

    private const long Step = 5_000;

    /// <summary>The octet.</summary>
    /// <param name="microseconds">How long the query was held.</param>
    public static byte Encode(long microseconds) => (byte)Math.Clamp((microseconds + Step - 1) / Step, 0, byte.MaxValue);

    /// <summary>Microseconds.</summary>
    /// <param name="octet">The octet.</param>
    public static long Decode(byte octet) => octet * Step;
}
