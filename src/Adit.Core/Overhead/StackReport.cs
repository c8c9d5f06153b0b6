using System.Globalization;

namespace Adit.Core.Overhead;

/// <summary>What a stack costs at one MTU, what fits into it, and what should be known about it. Immutable.</summary>
public sealed record StackReport
{
    /// <summary>The stack.</summary>
    public required ProtocolStack Stack { get; init; }

    /// <summary>The longest packet of the outermost network layer, in octets.</summary>
    public required int OuterMtu { get; init; }

    /// <summary>The layers.</summary>
    public required IReadOnlyList<StackReportRow> Rows { get; init; }

    /// <summary>The longest packet of the innermost network layer, in octets; within a stream, a choice and no bound.</summary>
    public required int InnerMtu { get; init; }

    /// <summary>The inner packet that was asked about, or the longest, in octets.</summary>
    public required int InnerPacket { get; init; }

    /// <summary>What it is outside: a packet of the outermost network layer, or within a stream its octets of the stream.</summary>
    public required int OuterOctets { get; init; }

    /// <summary>Packets that the outermost network layer makes of it; within a stream 1.</summary>
    public required int Fragments { get; init; }

    /// <summary>Octets outside for one octet of the innermost network layer, headers of segments shared out: 1 would be free.</summary>
    public required double Expansion { get; init; }

    /// <summary>The longest TCP payload, in octets, options not counted; null where the innermost layer is not TCP.</summary>
    public int? MaximumSegment { get; init; }

    /// <summary>Who encrypts and authenticates what, in one sentence.</summary>
    public required string Security { get; init; }

    /// <summary>Whether everything inside the outermost tunnel is encrypted and authenticated.</summary>
    public bool IsProtected { get; init; }

    /// <summary>What may go wrong.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Reports on a stack at an outer MTU.</summary>
    /// <param name="stack">The stack.</param>
    /// <param name="outerMtu">The longest packet of the outermost network layer, in octets.</param>
    /// <param name="innerPacket">The inner packet that is asked about, in octets; null for the longest.</param>
    public static StackReport Of(ProtocolStack stack, int outerMtu = ProtocolStack.UsualMtu, int? innerPacket = null)
    {
        ArgumentNullException.ThrowIfNull(stack);
        IReadOnlyList<int?> whole = stack.Whole(outerMtu);
        int innerMtu = stack.InnerMtu(outerMtu);
        int packet = innerPacket ?? innerMtu;
        int octets = stack.Wrap(packet, out int stream);
        int fragments = stream >= 0 || octets <= outerMtu ? 1 : FragmentsOf(stack, octets, outerMtu);
        int total = 0;
        var rows = new List<StackReportRow>();
        for (int i = 0; i < stack.Layers.Count; i++)
        {
            Layer layer = stack.Layers[i];
            total += layer.Octets;
            bool hasRoom = whole[i] is not null && !(layer.IsStream && i + 1 < stack.Layers.Count);
            rows.Add(new StackReportRow(layer, total, hasRoom ? layer.Room(whole[i]!.Value) : null));
        }

        // A stream's octets travel in full segments, each with the headers outside TCP's payload.
        double perOctet = stream >= 0 ? outerMtu / (double)stack.Layers[stream].Room(whole[stream] ?? outerMtu) : 1 + ((fragments - 1) * (stack.Layers.FirstOrDefault(l => l.IsNetwork)?.Octets ?? 0) / (double)octets);
        return new StackReport
        {
            Stack = stack,
            OuterMtu = outerMtu,
            Rows = rows,
            InnerMtu = innerMtu,
            InnerPacket = packet,
            OuterOctets = octets,
            Fragments = fragments,
            Expansion = packet <= 0 ? double.PositiveInfinity : octets * perOctet / packet,
            MaximumSegment = stack.MaximumSegment(outerMtu),
            Security = StackWarnings.Security(stack, out bool isProtected),
            IsProtected = isProtected,
            Warnings = [.. StackWarnings.Of(stack, outerMtu, innerMtu, packet, octets, fragments)],
        };
    }

    // RFC 791 §3.2: all fragments but the last carry a multiple of eight octets.
    private static int FragmentsOf(ProtocolStack stack, int octets, int mtu)
    {
        Layer network = stack.Layers.First(l => l.IsNetwork);
        int header = network.Octets + (network.Protocol == "ip6" ? 8 : 0);
        int each = (mtu - header) / 8 * 8;
        return each <= 0 ? int.MaxValue : (octets - network.Octets + each - 1) / each;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Stack}: {InnerMtu} of {OuterMtu}");
}
