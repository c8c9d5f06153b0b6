using Adit.Wire;

namespace Adit.TestKit.Codecs;

/// <summary>A case of the codec <typeparamref name="T"/>.</summary>
public sealed class CodecCase<T> : CodecCase
    where T : struct, IWireValue<T>
{
    private readonly T _expected;
    private readonly int[] _decodesAt;

    /// <summary>Makes a case.</summary>
    /// <param name="expected">The value the vector stands for, made from its fields.</param>
    /// <param name="notation">The vector, in the notation of <see cref="Octets"/>.</param>
    /// <param name="variant">What tells this case from others of the type.</param>
    /// <param name="truncatedBelow">Prefixes shorter than this are truncated; -1: all are.</param>
    /// <param name="decodesAt">Lengths of shorter prefixes that decode all the same.</param>
    public CodecCase(T expected, string notation, string variant = "", int truncatedBelow = -1, int[]? decodesAt = null)
        : this(expected, Octets.Of(notation), variant, truncatedBelow, decodesAt)
    {
    }

    /// <summary>Makes a case from octets, for example captured ones.</summary>
    /// <inheritdoc cref="CodecCase{T}(T, string, string, int, int[])"/>
    public CodecCase(T expected, byte[] vector, string variant = "", int truncatedBelow = -1, int[]? decodesAt = null)
        : base(variant.Length == 0 ? typeof(T).Name : $"{typeof(T).Name}/{variant}", vector, truncatedBelow < 0 ? vector.Length : truncatedBelow)
    {
        _expected = expected;
        _decodesAt = decodesAt ?? [];
    }

    /// <inheritdoc/>
    public override Type CodecType => typeof(T);

    /// <inheritdoc/>
    public override void CheckVector()
    {
        DecodeStatus status = T.TryDecode(Vector, out T value, out int consumed);
        if (status != DecodeStatus.Ok) throw Failure(Vector, $"vector: expected Ok, got {status}");
        if (consumed != Vector.Length) throw Failure(Vector, $"vector: expected {Vector.Length} octets consumed, got {consumed}");
        CheckEncoding(value, "decoded value");
        CheckEncoding(_expected, "expected value");
    }

    /// <inheritdoc/>
    public override void CheckPrefixes()
    {
        for (int length = 0; length < Vector.Length; length++)
        {
            ReadOnlySpan<byte> prefix = Vector.AsSpan(0, length);
            DecodeStatus status = T.TryDecode(prefix, out _, out int consumed);
            DecodeStatus expected = length < TruncatedBelow && !_decodesAt.Contains(length) ? DecodeStatus.Truncated : DecodeStatus.Ok;
            if (status != expected) throw Failure(prefix, $"prefix of {length} octets: expected {expected}, got {status}");
            if (status != DecodeStatus.Ok && consumed != 0) throw Failure(prefix, $"prefix of {length} octets: expected nothing consumed, got {consumed}");
        }
    }

    /// <inheritdoc/>
    public override void CheckAny(ReadOnlySpan<byte> input)
    {
        DecodeStatus status = T.TryDecode(input, out T value, out int consumed);
        if (status != DecodeStatus.Ok) return;
        if (consumed < 0 || consumed > input.Length) throw Failure(input, $"consumed {consumed} octets");
        byte[] once = value.ToArray();
        DecodeStatus again = T.TryDecode(once, out T second, out int consumedAgain);
        if (again != DecodeStatus.Ok || consumedAgain != once.Length) throw Failure(input, $"its own encoding {Convert.ToHexString(once)}: expected Ok, got {again}");
        if (!second.ToArray().AsSpan().SequenceEqual(once)) throw Failure(input, $"its own encoding {Convert.ToHexString(once)} decodes to another value");
    }

    private void CheckEncoding(T value, string which)
    {
        const int Guard = 16;
        foreach (byte dirt in (byte[])[0x00, 0xff, 0xa5])
        {
            byte[] buffer = new byte[Vector.Length + Guard];
            Array.Fill(buffer, dirt);
            if (value.EncodedLength != Vector.Length) throw Failure(Vector, $"{which}: EncodedLength: expected {Vector.Length}, got {value.EncodedLength}");
            int written = value.Encode(buffer);
            if (written != Vector.Length || !buffer.AsSpan(0, Vector.Length).SequenceEqual(Vector))
                throw Failure(Vector, $"{which}: encodes to {Convert.ToHexString(buffer.AsSpan(0, Math.Min(written, buffer.Length)))}");
            if (buffer.AsSpan(Vector.Length).ContainsAnyExcept(dirt)) throw Failure(Vector, $"{which}: wrote past its length");
        }

        if (Vector.Length == 0) return;
        try
        {
            value.Encode(new byte[Vector.Length - 1]);
        }
        catch (ArgumentException)
        {
            return;
        }

        throw Failure(Vector, $"{which}: expected ArgumentException for a buffer one octet short");
    }

    private CodecFailureException Failure(ReadOnlySpan<byte> input, string what) => CodecFailureException.Over(Name, input, what);
}
