namespace Adit.Gateway.Configuration;

/// <summary>A whole configuration file. Immutable.</summary>
public sealed record AditConfiguration
{
    /// <summary>The <c>gateway:</c> part; null where the file has none.</summary>
    public GatewayConfiguration? Gateway { get; init; }

    /// <summary>The <c>forwards:</c> part; none by default.</summary>
    public IReadOnlyList<ForwardConfiguration> Forwards { get; init; } = [];

    /// <summary>The <c>proxies:</c> part; none by default.</summary>
    public IReadOnlyList<ProxyConfiguration> Proxies { get; init; } = [];
}
