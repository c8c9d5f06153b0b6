using Adit.Core.Overhead;

namespace Adit.Cli.Mtu;

/// <summary>A layer of <see cref="MtuAnswer"/>.</summary>
internal sealed record MtuLayer(string Layer, int Octets, int Total, int? Leaves, int? PaddedTo, IReadOnlyList<LayerField> Fields, string Source, string? Note);
