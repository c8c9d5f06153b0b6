namespace Adit.Wire;

/// <summary>The strict face of a codec: a value that encodes to, and decodes from, one unambiguous sequence of octets.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IWireValue<TSelf>
    where TSelf : IWireValue<TSelf>
{
    /// <summary>The number of octets that <see cref="Encode"/> writes.</summary>
    int EncodedLength { get; }

    /// <summary>Decodes one value from the start of <paramref name="source"/>; never throws on input.</summary>
    /// <param name="source">The octets; may be longer than the value where the protocol says how long the value is.</param>
    /// <param name="value">The value, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <param name="consumed">How many octets the value took.</param>
    static abstract DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TSelf value, out int consumed);

    /// <summary>Writes every octet of the value.</summary>
    /// <param name="destination">At least <see cref="EncodedLength"/> octets; may hold anything before.</param>
    /// <returns>The octets written.</returns>
    /// <exception cref="ArgumentException">The destination is too small.</exception>
    int Encode(Span<byte> destination);
}
