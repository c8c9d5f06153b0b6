using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Adit.Gateway.Configuration.Yaml;

/// <summary>
/// Reads one YAML document into a tree. Events only, no object mapping. Everything is bounded: the size of the text, the depth, and the nodes,
/// where an alias costs as many nodes as it stands for, so that a few lines of anchors cannot grow into gigabytes.
/// </summary>
internal sealed class YamlTree
{
    /// <summary>The longest text read, in characters. Ours; ten thousand forwards fit.</summary>
    public const int LongestText = 1 << 20;

    private const int Deepest = 16;        // ours: the deepest word of a configuration is at 5
    private const int MostNodes = 100_000; // ours, after aliases are expanded
    private const int MostAnchors = 256;   // ours

    private readonly Parser _parser;
    private readonly Dictionary<string, (YamlNode Node, int Nodes)> _anchors = [];
    private int _nodes;

    private YamlTree(string text) => _parser = new Parser(new StringReader(text));

    /// <summary>Reads the text.</summary>
    /// <returns>The document's root; null if the text holds none.</returns>
    /// <exception cref="YamlFault">The text is not YAML, or is beyond a bound.</exception>
    public static YamlNode? Read(string text)
    {
        if (text.Length > LongestText) throw new YamlFault(SourcePosition.Start, $"expected at most {LongestText} characters, got {text.Length}");
        var tree = new YamlTree(text);
        try
        {
            return tree.ReadDocument();
        }
        catch (YamlException e)
        {
            if (FindTab(text) is { } tab) throw new YamlFault(tab, "expected spaces as indentation, got a tab");
            throw new YamlFault(PositionOf(e.End), $"not YAML: {FirstLine(e.Message)}");
        }
        catch (Exception e) when (e is not (YamlFault or OutOfMemoryException))
        {
            // The parser's own faults on hostile text must not end the program.
            throw new YamlFault(tree.Here, $"not YAML: {FirstLine(e.Message)}");
        }
    }

    private SourcePosition Here => _parser.Current is { } e ? PositionOf(e.Start) : SourcePosition.Start;

    private YamlNode? ReadDocument()
    {
        Next<StreamStart>();
        if (_parser.MoveNext() && _parser.Current is StreamEnd) return null;
        Require<DocumentStart>();
        Advance();
        YamlNode root = ReadNode(1);
        Next<DocumentEnd>();
        Advance();
        if (_parser.Current is not StreamEnd) throw new YamlFault(Here, "expected one document, got a second");
        return root;
    }

    // Reads the node whose event is current, and leaves its last event current.
    private YamlNode ReadNode(int depth)
    {
        ParsingEvent e = _parser.Current ?? throw new YamlFault(Here, "expected a value, got the end of the text");
        SourcePosition at = PositionOf(e.Start);
        if (depth > Deepest) throw new YamlFault(at, $"expected at most {Deepest} levels");
        if (e is AnchorAlias alias) return Resolve(alias, at);
        Count(1, at);
        int before = _nodes;
        if (e is NodeEvent { Tag: { IsEmpty: false, IsNonSpecific: false } tag }) throw new YamlFault(at, $"expected no tag, got {Shown(tag.Value)}");
        YamlNode node = e switch
        {
            Scalar s => new YamlScalar(at, s.Value, s.Style is ScalarStyle.Plain or ScalarStyle.Any),
            SequenceStart => ReadList(at, depth),
            MappingStart => ReadMapping(at, depth),
            _ => throw new YamlFault(at, "expected a value"),
        };
        if (e is NodeEvent { Anchor.IsEmpty: false } named)
        {
            if (_anchors.Count >= MostAnchors) throw new YamlFault(at, $"expected at most {MostAnchors} anchors");
            _anchors[named.Anchor.Value] = (node, _nodes - before + 1);
        }

        return node;
    }

    private YamlNode Resolve(AnchorAlias alias, SourcePosition at)
    {
        // An anchor is known once its node is complete, so a node cannot contain itself.
        if (!_anchors.TryGetValue(alias.Value.Value, out (YamlNode Node, int Nodes) target)) throw new YamlFault(at, $"no anchor '{Shown(alias.Value.Value)}' stands before this alias");
        Count(target.Nodes, at);
        return target.Node with { At = at };
    }

    private YamlList ReadList(SourcePosition at, int depth)
    {
        var items = new List<YamlNode>();
        for (Advance(); _parser.Current is not SequenceEnd; Advance()) items.Add(ReadNode(depth + 1));
        return new YamlList(at, items);
    }

    private YamlMapping ReadMapping(SourcePosition at, int depth)
    {
        var entries = new List<(YamlScalar, YamlNode)>();
        var keys = new Dictionary<string, SourcePosition>(StringComparer.Ordinal);
        for (Advance(); _parser.Current is not MappingEnd; Advance())
        {
            if (ReadNode(depth + 1) is not YamlScalar key) throw new YamlFault(Here, "expected a word as the key");
            if (!keys.TryAdd(key.Text, key.At)) throw new YamlFault(key.At, $"{Shown(key.Text)}: duplicate key, the first is at line {keys[key.Text].Line}");
            Advance();
            entries.Add((key, ReadNode(depth + 1)));
        }

        return new YamlMapping(at, entries);
    }

    private void Count(int nodes, SourcePosition at)
    {
        _nodes += nodes;
        if (_nodes > MostNodes) throw new YamlFault(at, $"expected at most {MostNodes} values, aliases expanded");
    }

    private void Next<T>()
        where T : ParsingEvent
    {
        Advance();
        Require<T>();
    }

    private void Advance()
    {
        if (!_parser.MoveNext()) throw new YamlFault(Here, "expected more, got the end of the text");
    }

    private void Require<T>()
        where T : ParsingEvent
    {
        if (_parser.Current is not T) throw new YamlFault(Here, "expected one YAML document");
    }

    // The parser puts the blame for a tab somewhere before it.
    private static SourcePosition? FindTab(string text)
    {
        long line = 1;
        foreach (ReadOnlySpan<char> content in text.AsSpan().EnumerateLines())
        {
            int indent = content.IndexOfAnyExcept(' ');
            if (indent >= 0 && content[indent] == '\t') return new SourcePosition(line, indent + 1);
            line++;
        }

        return null;
    }

    private static string Shown(string text) => text.Length <= 64 ? text : text[..64] + "…";

    private static SourcePosition PositionOf(Mark mark) => new(Math.Max(1, mark.Line), Math.Max(1, mark.Column));

    private static string FirstLine(string message)
    {
        string line = message.ReplaceLineEndings("\n").Split('\n')[0].TrimEnd('.');
        return line.Length <= 200 ? line : line[..200] + "…";
    }
}
