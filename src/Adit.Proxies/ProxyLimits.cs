namespace Adit.Proxies;

/// <summary>What clients may take. Each connection holds up to 68 KiB while octets of its handshake or of plain HTTP are handled, and no buffer while it is idle.</summary>
public sealed record ProxyLimits
{
    /// <summary>Connections at once, of all clients. Default 65 536; a further one is closed at once.</summary>
    public int Connections { get; init; } = 65_536;

    /// <summary>Connections at once of one client address. Default 0: no limit but that of all.</summary>
    public int ConnectionsPerClient { get; init; }

    /// <summary>Octets a second of one client address, both directions and all its connections together. Default 0: no limit.</summary>
    public long OctetsPerSecond { get; init; }

    /// <summary>How long a tunnel may be silent, or a body stand still. Default one hour; zero: for ever.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a client may take to say what it wants: from its connection, or a request's first octet, to the end of the head. Default 30 s.</summary>
    public TimeSpan HeaderTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a kept connection may wait for its next request. Default 60 s.</summary>
    public TimeSpan KeepAliveTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long connecting to a destination may take, names included. Default 30 s.</summary>
    public TimeSpan DialTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Destinations a UDP association may have at once. Default 256, about 200 octets each; of more the longest unused is forgotten.</summary>
    public int UdpFlows { get; init; } = 256;

    /// <summary>How long a destination of a UDP association may be silent before its answers are no longer let in. Default 60 s.</summary>
    public TimeSpan UdpFlowTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long BIND waits for its connection. Default two minutes.</summary>
    public TimeSpan BindTime { get; init; } = TimeSpan.FromMinutes(2);
}
