using System.Net;
using Adit.Core.Datagrams;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Proxies.Inspection;
using Adit.Proxies.Users;

namespace Adit.Proxies;

/// <summary>What a proxy does. Immutable.</summary>
public sealed record ProxyOptions
{
    /// <summary>Allows and denies, in order; none by default, which leaves the defaults of <see cref="Policy.ProxyPolicy"/>.</summary>
    public IReadOnlyList<DestinationRule> Rules { get; init; } = [];

    /// <summary>Who may use it; null by default: everybody who reaches the listener.</summary>
    public ProxyUsers? Users { get; init; }

    /// <summary>What clients may take.</summary>
    public ProxyLimits Limits { get; init; } = new();

    /// <summary>What dials destinations, by name; not owned. Null by default: this machine, which resolves names itself and judges their addresses.</summary>
    public IStreamDialer? Via { get; init; }

    /// <summary>What carries datagrams to destinations where <see cref="Via"/> is given; not owned. Null by default: UDP ASSOCIATE is refused there.</summary>
    public IDatagramDialer? ViaDatagrams { get; init; }

    /// <summary>SO_MARK of what this machine dials; 0 by default: none.</summary>
    public uint Mark { get; init; }

    /// <summary>Networks whose connections begin with a PROXY protocol header, which is then believed and required. None by default.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>The version of the PROXY protocol header sent to destinations: 1 or 2; 0 by default: none.</summary>
    public int ProxyHeaderVersion { get; init; }

    /// <summary>What may flow inside a tunnel, judged by its first octets; null by default: anything, unseen.</summary>
    public InspectionPolicy? Inspection { get; init; }

    /// <summary>The server's side of TLS over a client's stream, for <c>Upgrade: TLS/1.x</c> and for clients that begin with TLS; null by default: none.</summary>
    public Func<DuplexStream, CancellationToken, ValueTask<DuplexStream>>? Tls { get; init; }

    /// <summary>Whether a client without TLS is refused (426). Default false.</summary>
    public bool RequireTls { get; init; }

    /// <summary>Whether connections arrive redirected by nftables, without a proxy protocol. Default false.</summary>
    public bool Transparent { get; init; }

    /// <summary>Whether <c>Upgrade</c> of plain HTTP (WebSocket) is passed on to the origin. Default false: it is left out, and the origin answers in HTTP/1.1.</summary>
    public bool PassUpgrade { get; init; }

    /// <summary>The name in Via fields; null by default: <c>adit-</c> and random digits, by which a loop is known.</summary>
    public string? Pseudonym { get; init; }
}
