using System.Net;
using Adit.Core;

namespace Adit.Carriers.Dns;

/// <summary>What a <see cref="DnsListener"/> serves and where. Immutable.</summary>
public sealed record DnsListenerOptions
{
    /// <summary>Where it listens, by UDP and TCP. A wildcard stands for every address of the machine, each with its own socket, so that an answer comes from the address that was asked.</summary>
    public required IReadOnlyList<IPEndPoint> Places { get; init; }

    /// <summary>The zones and their bounds.</summary>
    public required DnsAuthorityOptions Authority { get; init; }

    /// <summary>Messages a second that are taken at most; beyond it they are dropped unseen. Default 20000; 0: no limit.</summary>
    public int MaximumRate { get; init; } = 20_000;

    /// <summary>Probes a second that are answered at most: they need no key, and their answers are larger than they. Default 500; 0: none.</summary>
    public int MaximumProbeRate { get; init; } = 500;

    /// <summary>TCP connections at most. Default 256, each with 8 KiB, and what answers wait in it; beyond it the one that was quiet longest is closed.</summary>
    public int MaximumConnections { get; init; } = 256;

    /// <summary>TCP connections of one address at most. Default 64: a resolver opens as many as it has jumbo queries.</summary>
    public int MaximumConnectionsOfAddress { get; init; } = 64;

    /// <summary>Queries of a TCP connection that wait for their answer at most; then nothing more is read from it. Default 64.</summary>
    public int MaximumPipelined { get; init; } = 64;

    /// <summary>Octets of memory for answers that wait in all TCP connections at most. Default 64 MiB; beyond it the connection with the most of them is closed, since its peer does not read.</summary>
    public long MaximumWaiting { get; init; } = 64 * 1024 * 1024;

    /// <summary>How long a TCP connection may be quiet (RFC 7766 §6.2.3). Default 30 s.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Queries that one path may have held at once. Default 96, so that a burst finds credit.</summary>
    public int MaximumHeldOfPath { get; init; } = 96;

    internal void Validate()
    {
        Authority.Validate();
        if (Places.Count == 0) throw Wrong("places", "at least one", 0);
        if (MaximumRate < 0) throw Wrong("rate", "0 or more", MaximumRate);
        if (MaximumProbeRate < 0) throw Wrong("probe rate", "0 or more", MaximumProbeRate);
        if (MaximumConnections < 1) throw Wrong("connections", "1 or more", MaximumConnections);
        if (MaximumConnectionsOfAddress < 1) throw Wrong("connections of an address", "1 or more", MaximumConnectionsOfAddress);
        if (MaximumPipelined < 1) throw Wrong("pipelined queries", "1 or more", MaximumPipelined);
        if (MaximumWaiting < 65_536) throw Wrong("octets that wait", "65536 or more", MaximumWaiting);
        if (MaximumHeldOfPath < 1) throw Wrong("held queries of a path", "1 or more", MaximumHeldOfPath);
    }

    private static TunnelException Wrong(string what, string expected, long got) => new(TunnelError.BadConfiguration, $"dns listener: {what}: expected {expected}, got {got}");
}
