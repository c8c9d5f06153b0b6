namespace Adit.Core.Overhead;

/// <summary>A field, or a group of fields, of a layer's headers and trailers.</summary>
/// <param name="Name">What the protocol calls it.</param>
/// <param name="Octets">What it costs.</param>
public sealed record LayerField(string Name, int Octets);
