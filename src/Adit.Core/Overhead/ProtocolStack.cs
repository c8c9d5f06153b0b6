using Adit.Core.Text;

namespace Adit.Core.Overhead;

/// <summary>
/// A stack of protocols, outermost first, and its arithmetic. Written as names with <c>/</c> between, each with its options behind <c>+</c>: <c>ip4/gre+key/ip4/tcp</c>. Immutable.
/// </summary>
/// <remarks>
/// Theory of operation: an outer MTU bounds the outermost network layer's packet; every layer inwards takes its octets off, and leaves room for a payload. Within a stream (TCP) packets have no
/// bounds: there the room begins anew with what an interface usually has.
/// </remarks>
public sealed class ProtocolStack
{
    /// <summary>The MTU of Ethernet, and of a network inside a stream, in octets (RFC 894).</summary>
    public const int UsualMtu = 1500;

    private const int MostLayers = 64; // ours: as deep as nesting is tested

    private ProtocolStack(IReadOnlyList<Layer> layers) => Layers = layers;

    /// <summary>The layers, outermost first; at least one.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Index of the innermost network layer; -1 for none.</summary>
    public int InnerNetwork => Layers.ToList().FindLastIndex(l => l.IsNetwork);

    /// <summary>The names that a stack may be made of.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. LayerTable.Rows.Select(r => r.Name)];

    /// <summary>Reads a stack.</summary>
    /// <param name="text">The text.</param>
    /// <param name="stack">The stack.</param>
    /// <param name="why">What is wrong, as <c>LAYER: expected …, got …</c>.</param>
    public static bool TryParse(string text, out ProtocolStack? stack, out string? why)
    {
        ArgumentNullException.ThrowIfNull(text);
        stack = null;
        string[] parts = text.Split('/');
        var layers = new List<Layer>();
        if (parts.Length > MostLayers)
        {
            why = $"expected at most {MostLayers} layers, got {parts.Length}";
            return false;
        }

        for (int i = 0; i < parts.Length; i++)
        {
            string above = i + 1 < parts.Length ? parts[i + 1].Split('+')[0] : "";
            if (!TryLayer(parts[i], above, layers.Count == 0 ? "" : layers[^1].Protocol, out Layer? layer, out why)) return false;
            layers.Add(layer!);
        }

        stack = new ProtocolStack(layers);
        why = null;
        return true;
    }

    /// <summary>Reads a stack that is known to be right.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="FormatException">It is not.</exception>
    public static ProtocolStack Parse(string text) => TryParse(text, out ProtocolStack? stack, out string? why) ? stack! : throw new FormatException(why);

    /// <summary>The longest packet of the innermost network layer, in octets.</summary>
    /// <param name="outerMtu">The longest packet of the outermost network layer.</param>
    public int InnerMtu(int outerMtu = UsualMtu) => InnerNetwork is var inner and >= 0 ? Whole(outerMtu)[inner] ?? UsualMtu : outerMtu;

    /// <summary>The longest TCP payload of the innermost layer, in octets, options not counted (RFC 9293 §3.7.1); null where it is not TCP.</summary>
    /// <param name="outerMtu">The longest packet of the outermost network layer.</param>
    public int? MaximumSegment(int outerMtu = UsualMtu) => Layers[^1].Protocol == "tcp" ? Whole(outerMtu)[^1] - 20 : null;

    /// <summary>The longest whole of each layer, itself included, in octets; null within a stream, where there is no such bound.</summary>
    /// <param name="outerMtu">The longest packet of the outermost network layer.</param>
    public IReadOnlyList<int?> Whole(int outerMtu)
    {
        var all = new int?[Layers.Count];
        int? room = outerMtu;
        for (int i = 0; i < Layers.Count; i++)
        {
            Layer layer = Layers[i];
            // The frame around the outermost packet is not counted in its MTU.
            if (i == 0 && layer.Protocol == "eth") room = outerMtu + layer.Octets;
            if (room is null && (layer.IsNetwork || layer.Protocol == "eth")) room = layer.Protocol == "eth" ? UsualMtu + layer.Octets : UsualMtu;
            all[i] = room;
            room = layer.IsStream && i + 1 < Layers.Count ? null : room is { } r ? layer.Room(r) : null;
        }

        return all;
    }

    /// <summary>
    /// What the outermost network layer's packet, or the message within a stream, is for a packet of the innermost network layer, in octets.
    /// </summary>
    /// <param name="innerPacket">Octets of the inner packet.</param>
    /// <param name="stream">The index of the stream layer whose payload that is; -1 where there is none and the octets are a packet's.</param>
    public int Wrap(int innerPacket, out int stream)
    {
        int octets = innerPacket;
        int from = InnerNetwork;
        for (int i = from - 1; i >= 0; i--)
        {
            // What lies outside TCP is shared by all the packets in its segments.
            if (Layers[i].Protocol == "tcp")
            {
                stream = i;
                return octets;
            }

            if (i > 0 || Layers[i].Protocol != "eth") octets = Layers[i].Wrap(octets);
        }

        stream = -1;
        return octets;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join('/', Layers.Select(l => l.Text));

    private static bool TryLayer(string text, string above, string below, out Layer? layer, out string? why)
    {
        layer = null;
        string[] words = text.Split('+');
        LayerRow? row = LayerTable.Rows.FirstOrDefault(r => r.Name == words[0]);
        if (row is null)
        {
            why = $"{(words[0].Length == 0 ? "''" : words[0])}: unknown layer{NearestName.Suggest(words[0], Names)}; known are {string.Join(", ", Names)}";
            return false;
        }

        if (!row.Below.Contains(below))
        {
            IEnumerable<string> expected = row.Below.Where(b => b.Length > 0);
            why = $"{text}: expected {string.Join(" or ", expected)} before it, got {(below.Length == 0 ? "nothing" : below)}";
            return false;
        }

        var options = new LayerWords(words.Skip(1));
        layer = row.Make(options, below, above) with { Text = text };
        why = options.Fault is { } fault ? $"{text}: {fault}"
            : options.Left.Count > 0 ? $"{text}: unknown option '{options.Left[0]}'; {(row.Options.Count == 0 ? $"{row.Name} has none" : $"known are {string.Join(", ", row.Options)}")}"
            : null;
        return why is null;
    }
}
