using Adit.Core.Hops;
using Adit.Gateway.Forwards;
using Adit.Gateway.Proxying;

namespace Adit.Gateway.Configuration.Rules;

/// <summary>A proxy has places to listen of its own, hops that dial on, and no two settings that exclude one another.</summary>
internal sealed class ProxyRule : IConfigurationRule
{
    /// <inheritdoc/>
    public IEnumerable<(string Path, string Message)> Check(AditConfiguration configuration)
    {
        var seen = new Dictionary<ForwardEndpoint, string>();
        foreach ((ForwardConfiguration forward, int i) in configuration.Forwards.Select((f, i) => (f, i)))
            if (forward.Listen is { } listen) seen.TryAdd(listen, $"forwards[{i}]");
        for (int i = 0; i < configuration.Proxies.Count; i++)
        {
            ProxyConfiguration p = configuration.Proxies[i];
            string at = $"proxies[{i}]";
            if (p.Listen.Count == 0) yield return (at, "expected the key 'listen', got none");
            foreach (ForwardEndpoint listen in p.Listen.Where(l => l.IsUnix || l.Ports.First != 0))
                if (!seen.TryAdd(listen, at)) yield return ($"{at}.listen", $"expected a place of its own, got {listen}, as in {seen[listen]}");
            for (int j = 0; j < p.Via.Count; j++)
            {
                if (p.Via[j].Scheme.Kind == HopKind.Carrier && (j + 1 == p.Via.Count || p.Via[j + 1].Scheme.Name != "ssh"))
                    yield return ($"{at}.via", $"expected an ssh:// hop behind {p.Via[j]}, which ends at a gateway's SSH server, got {(j + 1 == p.Via.Count ? "none" : p.Via[j + 1].ToString())}");
            }

            if (p.RequireTls && p.TlsCertificate is null) yield return ($"{at}.require-tls", "expected tls-certificate beside it, got none");
            if (p.InstallNft && p.Transparent == TransparentMode.Off) yield return ($"{at}.install-nft", "expected transparent: redirect or tproxy beside it, got off");
            if (p.Transparent == TransparentMode.Off) continue;
            if (p.Users.Count > 0) yield return ($"{at}.user", "expected none where transparent is on, for its clients do not know of the proxy");
            if (p.TlsCertificate is not null) yield return ($"{at}.tls-certificate", "expected none where transparent is on, for its clients do not know of the proxy");
            if (p.Listen.Any(l => l.IsUnix)) yield return ($"{at}.listen", "expected a TCP port where transparent is on");
        }
    }
}
