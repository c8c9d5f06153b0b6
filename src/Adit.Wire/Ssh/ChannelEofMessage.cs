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
        DecodeStatus status = OneField.TryDecode(source, Number, out uint recipientChannel, out consumed);
        value = new ChannelEofMessage(recipientChannel);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number, RecipientChannel);
}
