namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_IGNORE (RFC 4253 §11.2): octets to throw away.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_IGNORE
/// string    data
/// </code>
/// </remarks>
/// <param name="Data">Anything.</param>
public readonly record struct IgnoreMessage(ReadOnlyMemory<byte> Data) : ISshMessage<IgnoreMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.Ignore;

    /// <inheritdoc/>
    public int EncodedLength => 5 + Data.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out IgnoreMessage value, out int consumed)
    {
        DecodeStatus status = OneField.TryDecode(source, Number, out ReadOnlySpan<byte> data, out consumed);
        value = new IgnoreMessage(data.ToArray());
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number, Data.Span);
}
