namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_CHANNEL_EOF: the sender sends no more data; the other direction goes on (RFC 4254 §5.3).</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_CHANNEL_EOF
/// uint32    recipient channel
/// </code>
/// </remarks>
/// <param name="RecipientChannel">The receiver's number of the channel.</param>
public readonly record struct ChannelEofMessage(uint RecipientChannel) : ISshMessage<ChannelEofMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ChannelEof;

    /// <inheritdoc/>
    public int EncodedLength => 5;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelEofMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint recipientChannel)) return DecodeStatus.Truncated;
        value = new ChannelEofMessage(recipientChannel);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteUInt32(RecipientChannel);
        return writer.Written;
    }
}
