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
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadString(out ReadOnlySpan<byte> data)) return DecodeStatus.Truncated;
        value = new IgnoreMessage(data.ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteString(Data.Span);
        return writer.Written;
    }
}
