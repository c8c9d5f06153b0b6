using Adit.Core.Overhead;

namespace Adit.Cli.Mtu;

/// <summary>What <c>adit mtu --output json</c> prints; lengths in octets.</summary>
internal sealed record MtuAnswer(
    string Stack, int OuterMtu, int InnerMtu, int? MaximumSegment, int InnerPacket, int OuterOctets, int Fragments, double Expansion, bool Protected, string Security, IReadOnlyList<MtuLayer> Layers, IReadOnlyList<string> Warnings)
{
    public static MtuAnswer Of(StackReport report) => new(
        report.Stack.ToString(), report.OuterMtu, report.InnerMtu, report.MaximumSegment, report.InnerPacket, report.OuterOctets, report.Fragments, double.IsFinite(report.Expansion) ? Math.Round(report.Expansion, 6) : 0, report.IsProtected, report.Security,
        [.. report.Rows.Select(r => new MtuLayer(r.Layer.Text, r.Layer.Octets, r.Total, r.Leaves, r.Layer.Block == 1 ? null : r.Layer.Block, [.. r.Layer.Fields], r.Layer.Source, r.Layer.Note))], report.Warnings);
}
