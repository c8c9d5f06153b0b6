namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_CHANNEL_CLOSE: the channel ends; answered with a close (RFC 4254 §5.3).</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_CHANNEL_CLOSE
/// uint32    recipient channel
/// </code>
/// </remarks>
/// <param name="RecipientChannel">The receiver's number of the channel.</param>
public readonly record struct ChannelCloseMessage(uint RecipientChannel) : ISshMessage<ChannelCloseMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ChannelClose;

    /// <inheritdoc/>
    public int EncodedLength => 5;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelCloseMessage value, out int consumed)
    {
        DecodeStatus status = OneField.TryDecode(source, Number, out uint recipientChannel, out consumed);
        value = new ChannelCloseMessage(recipientChannel);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number, RecipientChannel);
}
