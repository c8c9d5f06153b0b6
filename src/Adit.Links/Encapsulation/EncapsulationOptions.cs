using System.Net;

namespace Adit.Links.Encapsulation;

/// <summary>What all encapsulations can be told. Immutable.</summary>
public abstract record EncapsulationOptions
{
    /// <summary>The MTU inside, in octets of IP packet. Null (default): what the paths to the remotes take at start, less all headers, and at least 1280; then packets up to the path's present MTU pass.</summary>
    public int? Mtu { get; init; }

    /// <summary>TTL or hop limit of the delivery header. Null (default): the inner packet's, as it is (it is never decremented here); 0: the system's default.</summary>
    public byte? HopLimit { get; init; }

    /// <summary>TOS or traffic class of the delivery header; its two ECN bits do not count. Null (default): the inner packet's. ECN goes by RFC 6040 in either case.</summary>
    public byte? TrafficClass { get; init; }

    /// <summary>Whether delivery packets have DF set and the path's MTU is found out (RFC 1191, RFC 8201). Default: yes. Without, they are fragmented on the way unless the inner packet has DF.</summary>
    public bool PathMtuDiscovery { get; init; } = true;

    /// <summary>Whether the maximum segment size in TCP's SYN is lowered to what passes, both ways. Default: no.</summary>
    public bool ClampsSegmentSize { get; init; }

    /// <summary>Inner sources that may come out of the tunnel (strict reverse path, RFC 4213 §3.6); link-local ones always may. Empty (default): all that are not forbidden anyway.</summary>
    public IReadOnlyList<IPNetwork> AllowedSources { get; init; } = [];

    /// <summary>Tunnel headers inside one another at most; deeper packets are dropped. Default: 8 (RFC 2473 §6.6 suggests 4 for further encapsulations).</summary>
    public int MaximumNesting { get; init; } = 8;

    /// <summary>Answers (ICMP errors) a second at most. Default: 1000, Linux's icmp_msgs_per_sec; 0: none.</summary>
    public int AnswersPerSecond { get; init; } = 1000;
}
