using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Configuration.Rules;
using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Proxying;

/// <summary>Reads the flags of <c>adit proxy</c> by the same table as the keys of <c>proxies:</c>, so that both have the same words and mean the same.</summary>
public static class ProxyWords
{
    /// <summary>The words.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. ProxyKeys.Table.Select(k => k.Name)];

    /// <summary>Applies words in their order; a word that takes a list adds to it each time.</summary>
    /// <param name="configuration">To begin with.</param>
    /// <param name="words">Words and values.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: a value is wrong, or two settings exclude one another.</exception>
    public static ProxyConfiguration Apply(ProxyConfiguration configuration, IEnumerable<(string Name, string Value)> words)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(words);
        var lists = new Dictionary<string, List<YamlNode>>(StringComparer.Ordinal);
        foreach ((string name, string value) in words)
        {
            YamlKey<ProxyConfiguration> key = ProxyKeys.Table.First(k => k.Name == name);
            try
            {
                var scalar = new YamlScalar(SourcePosition.Start, value, IsPlain: false);
                if (name is not ("listen" or "via" or "user" or "accept-proxy-protocol"))
                {
                    configuration = key.Read(configuration, scalar);
                    continue;
                }

                if (!lists.TryGetValue(name, out List<YamlNode>? items)) lists[name] = items = [];
                items.Add(scalar);
                configuration = key.Read(configuration, new YamlList(SourcePosition.Start, items));
            }
            catch (YamlFault fault)
            {
                throw new TunnelException(TunnelError.BadConfiguration, $"--{name}: {fault.Message}");
            }
        }

        if (configuration.Listen.Count == 0) configuration = ProxyKeys.Table[0].Read(configuration, new YamlScalar(SourcePosition.Start, "1080", IsPlain: false));
        foreach ((string path, string message) in ConfigurationRules.Check(new AditConfiguration { Proxies = [configuration] }))
            throw new TunnelException(TunnelError.BadConfiguration, $"--{path[(path.IndexOf('.', StringComparison.Ordinal) + 1)..]}: {message}");
        return configuration;
    }
}
