using Adit.Core.Text;

namespace Adit.Gateway.Configuration.Yaml;

/// <summary>Reads a mapping through its table of keys. What is wrong with one key is noted, and the others are read all the same.</summary>
internal sealed class MappingReader(string file)
{
    private const int MostProblems = 100; // ours: more help nobody

    private readonly List<ConfigurationProblem> _problems = [];
    private readonly Dictionary<string, SourcePosition> _places = new(StringComparer.Ordinal);

    /// <summary>What is wrong so far, in the order of the text.</summary>
    public IReadOnlyList<ConfigurationProblem> Problems => [.. _problems.OrderBy(p => p.At.Line).ThenBy(p => p.At.Column)];

    /// <summary>Notes that something is wrong.</summary>
    public void Note(SourcePosition at, string message)
    {
        if (_problems.Count < MostProblems) _problems.Add(new ConfigurationProblem(file, at, message));
    }

    /// <summary>Where the value at a path such as <c>gateway.listen</c> stands; the nearest part of the path that is there, if it is not.</summary>
    public SourcePosition PlaceOf(string path)
    {
        while (true)
        {
            if (_places.TryGetValue(path, out SourcePosition at)) return at;
            int dot = path.LastIndexOf('.');
            if (dot < 0) return SourcePosition.Start;
            path = path[..dot];
        }
    }

    /// <summary>Reads a mapping.</summary>
    /// <param name="node">The mapping; an empty value is one without keys.</param>
    /// <param name="path">The path of keys to it; empty for the root.</param>
    /// <param name="options">The options to begin with: the defaults.</param>
    /// <param name="keys">The known keys.</param>
    public T Read<T>(YamlNode node, string path, T options, IReadOnlyList<YamlKey<T>> keys)
    {
        if (path.Length > 0) _places[path] = node.At;
        if (node is YamlScalar { IsNull: true }) return options;
        if (node is not YamlMapping mapping)
        {
            Note(node.At, $"{Where(path)}expected a mapping of keys and values, got {node.Described}");
            return options;
        }

        foreach ((YamlScalar key, YamlNode value) in mapping.Entries)
        {
            string at = path.Length == 0 ? key.Text : $"{path}.{key.Text}";
            YamlKey<T>? known = keys.FirstOrDefault(k => k.Name == key.Text);
            if (known is null)
            {
                string nearest = NearestName.Find(key.Text, keys.Select(k => k.Name)) is { } name ? $"; did you mean '{name}'?" : $"; known are {string.Join(", ", keys.Select(k => k.Name))}";
                Note(key.At, $"{Where(path)}unknown key {key.Described}{nearest}");
                continue;
            }

            _places[at] = value.At;
            try
            {
                options = known.Read(options, value);
            }
            catch (YamlFault fault)
            {
                Note(fault.At, $"{at}: {fault.Message}");
            }
        }

        return options;
    }

    private static string Where(string path) => path.Length == 0 ? "" : $"{path}: ";
}
