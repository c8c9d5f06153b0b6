namespace Adit.Core.Overhead;

/// <summary>A row of <see cref="LayerTable"/>.</summary>
/// <param name="Name">The protocol's name.</param>
/// <param name="Options">Its options, as they are written.</param>
/// <param name="Below">What may lie directly outside it; the empty word: nothing.</param>
/// <param name="Make">Makes the layer from its options, what lies directly outside it, and what directly inside.</param>
internal sealed record LayerRow(string Name, IReadOnlyList<string> Options, IReadOnlyList<string> Below, Func<LayerWords, string, string, Layer> Make);
