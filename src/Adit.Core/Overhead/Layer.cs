namespace Adit.Core.Overhead;

/// <summary>One layer of a protocol stack: what it costs around each packet that it carries. Immutable.</summary>
public sealed record Layer
{
    /// <summary>As it was written, such as <c>gre+key</c>.</summary>
    public required string Text { get; init; }

    /// <summary>The protocol's name, such as <c>gre</c>.</summary>
    public required string Protocol { get; init; }

    /// <summary>Where each octet comes from; padding left out.</summary>
    public required IReadOnlyList<LayerField> Fields { get; init; }

    /// <summary>The specification.</summary>
    public required string Source { get; init; }

    /// <summary>What the padded part is a multiple of, in octets; 1 for no padding.</summary>
    public int Block { get; init; } = 1;

    /// <summary>Octets of <see cref="Fields"/> that lie within the padded part.</summary>
    public int Padded { get; init; }

    /// <summary>Whether it carries a stream of octets, in which packets have no bounds and no MTU.</summary>
    public bool IsStream { get; init; }

    /// <summary>Whether it encrypts what it carries.</summary>
    public bool Encrypts { get; init; }

    /// <summary>Whether it proves who sent what it carries, and that nobody changed it.</summary>
    public bool Authenticates { get; init; }

    /// <summary>What else there is to know; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>Octets beyond the payload, least padding.</summary>
    public int Octets => Fields.Sum(f => f.Octets);

    /// <summary>Whether it is a network layer: one with an MTU of its own.</summary>
    public bool IsNetwork => Protocol is "ip4" or "ip6";

    /// <summary>Octets of the whole for a payload.</summary>
    /// <param name="payload">Octets of it.</param>
    public int Wrap(int payload) => Octets - Padded + ((payload + Padded + Block - 1) / Block * Block);

    /// <summary>The longest payload of a whole.</summary>
    /// <param name="whole">Octets of it.</param>
    public int Room(int whole) => ((whole - Octets + Padded) / Block * Block) - Padded;
}
