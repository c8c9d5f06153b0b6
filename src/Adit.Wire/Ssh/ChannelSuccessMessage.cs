namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_CHANNEL_SUCCESS: the oldest unanswered request of the channel was granted (RFC 4254 §5.4).</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_CHANNEL_SUCCESS
/// uint32    recipient channel
/// </code>
/// </remarks>
/// <param name="RecipientChannel">The receiver's number of the channel.</param>
public readonly record struct ChannelSuccessMessage(uint RecipientChannel) : ISshMessage<ChannelSuccessMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ChannelSuccess;

    /// <inheritdoc/>
    public int EncodedLength => 5;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelSuccessMessage value, out int consumed)
    {
        DecodeStatus status = OneField.TryDecode(source, Number, out uint recipientChannel, out consumed);
        value = new ChannelSuccessMessage(recipientChannel);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number, RecipientChannel);
}
