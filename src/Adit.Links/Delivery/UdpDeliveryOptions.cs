using System.Net;

namespace Adit.Links.Delivery;

/// <summary>How packets are delivered over UDP. Immutable.</summary>
public sealed record UdpDeliveryOptions
{
    /// <summary>Where to listen: an address and port of this machine. Port 0 takes any.</summary>
    public required IPEndPoint Local { get; init; }

    /// <summary>The first remote. With <see cref="MatchesPort"/> the socket is connected to it, and the system drops what others send. Null for none yet (<see cref="IDelivery.AddRemote"/>).</summary>
    public IPEndPoint? Remote { get; init; }

    /// <summary>Whether a remote is known by its port too. Default: no; VXLAN and GENEVE vary it by flow (RFC 7348 §5).</summary>
    public bool MatchesPort { get; init; }

    /// <summary>Whether unknown sources are taken, and become remotes, up to <see cref="MaximumRemotes"/>. Default: no.</summary>
    public bool TakesStrangers { get; init; }

    /// <summary>Remotes that strangers may become. Default: 1024; about 200 octets each.</summary>
    public int MaximumRemotes { get; init; } = 1024;

    /// <summary>Whether UDP checksums are sent over IPv4. Default: yes; without them the kernel cannot cut super-packets.</summary>
    public bool Checksums { get; init; } = true;
}
