namespace Adit.TestKit.Codecs;

/// <summary>One known encoding of one codec, and the rules of the kit over it.</summary>
public abstract class CodecCase
{
    private protected CodecCase(string name, byte[] vector, int truncatedBelow)
    {
        Name = name;
        Vector = vector;
        TruncatedBelow = truncatedBelow;
    }

    /// <summary>The type's name, and what the case shows.</summary>
    public string Name { get; }

    /// <summary>The encoding.</summary>
    public byte[] Vector { get; }

    /// <summary>Prefixes shorter than this are truncated; longer ones decode, because the type ends in octets of any number.</summary>
    public int TruncatedBelow { get; }

    /// <summary>The codec's type.</summary>
    public abstract Type CodecType { get; }

    /// <summary>The vector decodes, takes all its octets, and re-encodes byte-exact into a dirty buffer, as the expected value does.</summary>
    public abstract void CheckVector();

    /// <summary>Every strict prefix is truncated.</summary>
    public abstract void CheckPrefixes();

    /// <summary>Takes any octets: nothing throws, and what decodes encodes to something that decodes to the same.</summary>
    public abstract void CheckAny(ReadOnlySpan<byte> input);

    /// <summary>The case as a fuzz target.</summary>
    public FuzzTarget ToTarget() => new(Name, [Vector], CheckAny);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
