using Adit.Core.Links;
using Adit.Links.Encapsulation;

namespace Adit.Links.Gre;

/// <summary>How a GRE tunnel is run; both ends must agree on checksum and key. Immutable.</summary>
public sealed record GreOptions : EncapsulationOptions
{
    /// <summary>What it carries: IP packets (default), or Ethernet frames (gretap).</summary>
    public Medium Medium { get; init; } = Medium.Ip;

    /// <summary>The key that is sent and asked for (RFC 2890 §2.1). Null (default): none, and packets with one are dropped.</summary>
    public uint? Key { get; init; }

    /// <summary>Whether packets carry a checksum (RFC 2784 §2.2). Default: no, and packets with one are dropped, as Linux does. It costs a pass over every packet and forbids super-packets.</summary>
    public bool Checksum { get; init; }

    /// <summary>
    /// Whether a checksum field of zero is taken as one that the sender left to its network card, and that a virtual link (veth, virtio, user-mode Linux) carried here unfilled: Linux leaves GRE's checksum of
    /// everything but TCP to the card, and a raw socket does not tell which packets these are. Default: yes; off, such packets are dropped unless zero is right. Of 65536 damaged packets one more may pass.
    /// </summary>
    public bool AcceptsUnfilledChecksum { get; init; } = true;

    /// <summary>Whether packets carry a sequence number (RFC 2890 §2.2). Default: no. It forbids super-packets.</summary>
    public bool SendsSequenceNumbers { get; init; }

    /// <summary>Whether packets without a sequence number, and those older than the last, are dropped (RFC 2890 §2.2). Default: no.</summary>
    public bool EnforcesSequence { get; init; }

    /// <summary>How often to ask the far end for a sign of life, in Cisco's way; IPv4 delivery only. Null (default): never. Questions of the far end are always answered.</summary>
    public TimeSpan? KeepaliveInterval { get; init; }

    /// <summary>Questions without answer after which the far end counts as dead. Default: 3, as Cisco's.</summary>
    public int KeepaliveRetries { get; init; } = 3;
}
