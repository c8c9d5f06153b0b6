using Adit.Core;

namespace Adit.Carriers.Dns;

/// <summary>Bounds of a <see cref="DnsAuthority"/>. Immutable; times are in microseconds.</summary>
public sealed record DnsAuthorityOptions
{
    /// <summary>The domains; at least one. The longest that fits a name counts.</summary>
    public required IReadOnlyList<DnsZone> Zones { get; init; }

    /// <summary>Octets of a UDP payload at most, sent and advertised. Default 1232: no fragments on any path of IPv6. At least 512.</summary>
    public int MaximumUdpLength { get; init; } = 1232;

    /// <summary>Octets of a message over TCP at most. Default 61440: what unbound and BIND carried when measured. At most 65535.</summary>
    public int MaximumStreamLength { get; init; } = 61_440;

    /// <summary>How long an answer is kept and said again to who asks again. Default 10 s, longer than a resolver asks again; 0: not at all.</summary>
    public long KeepTime { get; init; } = 10_000_000;

    /// <summary>Queries that are held or kept at most. Default 65536: 10 s of 6500 queries a second; each takes about 0.5 KiB once it was needed. Beyond it the oldest kept is forgotten.</summary>
    public int MostExchanges { get; init; } = 65_536;

    /// <summary>Octets of kept answers at most, 65536 at least. Default 128 MiB: 10 s of large answers at 12 MB/s; beyond it the oldest are forgotten.</summary>
    public long MostKeptOctets { get; init; } = 128 * 1024 * 1024;

    /// <summary>Queries that are held at most. Default 4096; beyond it the next to fall due is answered early.</summary>
    public int MostHeld { get; init; } = 4096;

    /// <summary>Askers that a held query has at most, by asking again. Default 4; beyond it they are dropped.</summary>
    public int MostAskers { get; init; } = 4;

    internal void Validate()
    {
        if (Zones.Count == 0) throw Wrong("zones", "at least one", 0);
        if (MaximumUdpLength is < 512 or > 65_507) throw Wrong("UDP length", "512 to 65507", MaximumUdpLength);
        if (MaximumStreamLength is < 1024 or > 65_535) throw Wrong("TCP length", "1024 to 65535", MaximumStreamLength);
        if (KeepTime < 0) throw Wrong("keep time", "0 or more", KeepTime);
        if (MostKeptOctets < 65_536) throw Wrong("kept octets", "65536 or more", MostKeptOctets);
        if (MostHeld < 1 || MostExchanges <= MostHeld) throw Wrong("exchanges", "more than are held, and one held", MostExchanges);
        if (MostAskers < 1) throw Wrong("askers", "1 or more", MostAskers);
    }

    private static TunnelException Wrong(string what, string expected, long got) => new(TunnelError.BadConfiguration, $"dns authority: {what}: expected {expected}, got {got}");
}
