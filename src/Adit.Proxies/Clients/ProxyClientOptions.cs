using Adit.Core;
using Adit.Wire.HttpProxy;

namespace Adit.Proxies.Clients;

/// <summary>What every proxy client is told.</summary>
public sealed record ProxyClientOptions
{
    /// <summary>The hop as the user named it, without a password: begins the message of each error.</summary>
    public required string Name { get; init; }

    /// <summary>Where the proxy stands.</summary>
    public required TcpDestination Proxy { get; init; }

    /// <summary>Who asks; null, the default, for nobody.</summary>
    public ProxyCredentials? Credentials { get; init; }

    /// <summary>The longest that one dial may take, until the target is connected. Default 60 s; must be positive. Bounds what a silent proxy holds: one socket and 24 KiB a dial.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(60);
}
