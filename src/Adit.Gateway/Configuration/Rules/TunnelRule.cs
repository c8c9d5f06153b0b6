using Adit.Gateway.Addresses;
using Adit.Ssh.Tunnels;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>What stands under <c>tunnels:</c> has an effect, and its pool is one.</summary>
internal sealed class TunnelRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        if (configuration.Gateway?.Tunnels is not { } tunnels) yield break;
        if (tunnels.Permit.Count == 0 && tunnels != TunnelConfiguration.Off) yield return ("gateway.tunnels", "expected permit: (point-to-point, ethernet), got none");
        if (tunnels.Pool.Count > 0 && AddressPool.WhyNot(tunnels.Pool) is { } why) yield return ("gateway.tunnels.pool", why);
        if (tunnels.Bridge is not null && tunnels.Permit.Count > 0 && !tunnels.Permit.Contains(TunnelMode.Ethernet)) yield return ("gateway.tunnels.bridge", "expected ethernet among permit:, got none");
        if (tunnels.Pool.Count == 0 && tunnels.Routes.Count + tunnels.NameServers.Count + tunnels.SearchDomains.Count > 0) yield return ("gateway.tunnels.pool", "expected addresses to go with routes, dns and search, got none");
    }
}
