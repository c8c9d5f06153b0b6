using Adit.Core.Streams;

namespace Adit.Carriers.Http;

/// <summary>Where a gateway is reached by HTTP, and how to try.</summary>
public sealed record HttpCarrierOptions
{
    /// <summary>The hop as the user named it, for errors.</summary>
    public required string Name { get; init; }

    /// <summary>The gateway's name or address.</summary>
    public required string Host { get; init; }

    /// <summary>Its port.</summary>
    public required int Port { get; init; }

    /// <summary>The carrier's path, with its leading slash and without one at its end; empty for the root.</summary>
    public string Path { get; init; } = "";

    /// <summary>What to expect of the gateway over TLS; null to speak without. Its protocols (ALPN) are set by each rung.</summary>
    public TlsClientOptions? Tls { get; init; }

    /// <summary>The rungs to try, in this order; at least one.</summary>
    public required IReadOnlyList<HttpRung> Rungs { get; init; }

    /// <summary>Whether a path is probed before it is used: a rung that buffers is left for the next. Default true.</summary>
    public bool Probes { get; init; } = true;

    /// <summary>Octets a second that a lifeline sends by a mailbox at most; 0, the default, for no limit.</summary>
    public long Rate { get; init; }

    /// <summary>How long one rung may take to be answered and probed, connecting included; default 15 s.</summary>
    public TimeSpan RungTime { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the answer to a probe may take; default 4 s.</summary>
    public TimeSpan ProbeTime { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Dials through an upstream proxy that makes tunnels (CONNECT, SOCKS), for every rung that <see cref="Proxy"/> does not serve; null where there is none.</summary>
    public IStreamDialer? Tunnel { get; init; }

    /// <summary>The upstream proxy that is sent the plain requests of rungs 3 and 4; null where there is none, and always without effect over TLS.</summary>
    public HttpUpstreamProxy? Proxy { get; init; }
}
