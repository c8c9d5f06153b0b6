namespace Adit.Gateway.Configuration;

/// <summary>A whole configuration file. Immutable.</summary>
public sealed record AditConfiguration
{
    /// <summary>The state folder, where the control socket stands and the gateway keeps its keys (<c>state</c>); null means the gateway's own word, else <c>$ADIT_STATE</c>, else the usual place.</summary>
    public string? State { get; init; }

    /// <summary>The ssh_config that <c>ssh://</c> hops are resolved by (<c>ssh-config</c>), <c>none</c> for no file; null means <c>~/.ssh/config</c> and <c>/etc/ssh/ssh_config</c>.</summary>
    public string? SshConfig { get; init; }

    /// <summary>The <c>gateway:</c> part; null where the file has none.</summary>
    public GatewayConfiguration? Gateway { get; init; }

    /// <summary>The <c>carriers:</c> part, what <c>auto:NAME</c> hops mean; none by default.</summary>
    public IReadOnlyList<CarriersConfiguration> Carriers { get; init; } = [];

    /// <summary>The <c>forwards:</c> part; none by default.</summary>
    public IReadOnlyList<ForwardConfiguration> Forwards { get; init; } = [];

    /// <summary>The <c>proxies:</c> part; none by default.</summary>
    public IReadOnlyList<ProxyConfiguration> Proxies { get; init; } = [];

    /// <summary>The <c>links:</c> part; none by default.</summary>
    public IReadOnlyList<LinkConfiguration> Links { get; init; } = [];

    /// <summary>The rules across keys that it breaks: the path of the key, and <c>expected …, got …</c>. None where it can be run.</summary>
    public IEnumerable<(string Path, string Message)> Faults => Rules.ConfigurationRules.Check(this);
}
