using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Configuration.Rules;
using Adit.Gateway.Configuration.Yaml;

namespace Adit.Gateway.Links;

/// <summary>Reads the flags of <c>adit link</c> by the same table as the keys of <c>links:</c>, so that both have the same words and mean the same.</summary>
public static class LinkWords
{
    private static readonly string[] Lists = ["remote", "address", "route", "forward", "capture", "via"];

    /// <summary>The types and what each carries in what.</summary>
    public static IReadOnlyList<(string Word, string Means)> Types { get; } = [.. LinkTypes.All.Select(t => (t.Word, t.Means))];

    /// <summary>The words, <c>type</c> first.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. LinkKeys.Table.Select(k => k.Name)];

    /// <summary>Whether a word may be given several times.</summary>
    /// <param name="name">The word.</param>
    public static bool IsList(string name) => Lists.Contains(name);

    /// <summary>Makes a configuration of words in their order; a word that takes a list adds to it each time.</summary>
    /// <param name="words">Words and values.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: a value is wrong, or words exclude one another.</exception>
    public static LinkConfiguration Read(IEnumerable<(string Name, string Value)> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        var configuration = new LinkConfiguration();
        var lists = new Dictionary<string, List<YamlNode>>(StringComparer.Ordinal);
        foreach ((string name, string value) in words)
        {
            YamlKey<LinkConfiguration> key = LinkKeys.Table.First(k => k.Name == name);
            try
            {
                var scalar = new YamlScalar(SourcePosition.Start, value, IsPlain: false);
                if (!IsList(name))
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
                throw new TunnelException(TunnelError.BadConfiguration, $"{(name == "type" ? "TYPE" : $"--{name}")}: {fault.Message}");
            }
        }

        foreach ((string path, string message) in ConfigurationRules.Check(new AditConfiguration { Links = [configuration] }))
        {
            int dot = path.IndexOf('.', StringComparison.Ordinal);
            throw new TunnelException(TunnelError.BadConfiguration, dot < 0 ? message.Replace("the key '", "--", StringComparison.Ordinal).Replace("', got none", ", got none", StringComparison.Ordinal) : $"--{path[(dot + 1)..]}: {message}");
        }

        return configuration;
    }
}
