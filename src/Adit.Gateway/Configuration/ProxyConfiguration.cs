using System.Net;
using Adit.Core.Hops;
using Adit.Core.Policy;
using Adit.Gateway.Forwards;
using Adit.Gateway.Proxying;
using Adit.Proxies;
using Adit.Proxies.Inspection;

namespace Adit.Gateway.Configuration;

/// <summary>One proxy (an item of <c>proxies:</c>), with the words of the flags of <c>adit proxy</c>. Immutable.</summary>
public sealed record ProxyConfiguration
{
    /// <summary>Where clients arrive (<c>listen</c>); required in a file. Without an address: every loopback family.</summary>
    public IReadOnlyList<ForwardEndpoint> Listen { get; init; } = [];

    /// <summary>The hops (<c>via</c>), nearest first; none by default: this machine dials.</summary>
    public IReadOnlyList<HopUri> Via { get; init; } = [];

    /// <summary>Allows and denies in order (<c>rules</c>, or <c>allow</c> and <c>deny</c> as they stand); none by default, which leaves the defaults.</summary>
    public IReadOnlyList<DestinationRule> Rules { get; init; } = [];

    /// <summary>Users (<c>user</c>): <c>NAME:PASSWORD</c>, <c>NAME</c> with the password in $ADIT_PROXY_PASSWORD, <c>@FILE</c> of such lines. None by default: everybody.</summary>
    public IReadOnlyList<string> Users { get; init; } = [];

    /// <summary>What clients may take (<c>max-connections</c>, <c>max-connections-per-client</c>, <c>rate</c>, <c>idle-time</c>, <c>header-time</c>, <c>connect-time</c>, <c>udp-flows</c>).</summary>
    public ProxyLimits Limits { get; init; } = new();

    /// <summary>Networks whose connections begin with a PROXY protocol header (<c>accept-proxy-protocol</c>); none by default.</summary>
    public IReadOnlyList<IPNetwork> AcceptProxyProtocol { get; init; } = [];

    /// <summary>The PROXY protocol header sent to destinations (<c>send-proxy-protocol</c>: v1, v2); 0 by default: none.</summary>
    public int SendProxyProtocol { get; init; }

    /// <summary>What may flow inside tunnels (<c>inspect-connect</c>); null by default: anything.</summary>
    public InspectionPolicy? InspectConnect { get; init; }

    /// <summary>The access log (<c>access-log</c>): a file, or <c>-</c> for standard output; null by default: none.</summary>
    public string? AccessLog { get; init; }

    /// <summary>Whether the access log is JSON (<c>access-log-format</c>); default text.</summary>
    public bool AccessLogIsJson { get; init; }

    /// <summary>A PEM file with certificate and key for TLS from clients (<c>tls-certificate</c>); null by default: no TLS.</summary>
    public string? TlsCertificate { get; init; }

    /// <summary>Whether clients without TLS are refused (<c>require-tls</c>); default false.</summary>
    public bool RequireTls { get; init; }

    /// <summary>Whether and how connections arrive by nftables (<c>transparent</c>: off, redirect, tproxy); default off.</summary>
    public TransparentMode Transparent { get; init; }

    /// <summary>The destination ports that the nftables rules send here (<c>nft-ports</c>); all by default.</summary>
    public PortRange NftPorts { get; init; } = PortRange.Any;

    /// <summary>Whether the nftables rules are installed, and removed at the end (<c>install-nft</c>); default false.</summary>
    public bool InstallNft { get; init; }

    /// <summary>Whether Upgrade of plain HTTP, such as WebSocket, is passed on (<c>pass-upgrade</c>); default false.</summary>
    public bool PassUpgrade { get; init; }
}
