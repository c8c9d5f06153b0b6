namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_CHANNEL_FAILURE: the oldest unanswered request of the channel was refused, or is not known (RFC 4254 §5.4).</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_CHANNEL_FAILURE
/// uint32    recipient channel
/// </code>
/// </remarks>
/// <param name="RecipientChannel">The receiver's number of the channel.</param>
public readonly record struct ChannelFailureMessage(uint RecipientChannel) : ISshMessage<ChannelFailureMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ChannelFailure;

    /// <inheritdoc/>
    public int EncodedLength => 5;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelFailureMessage value, out int consumed)
    {
        DecodeStatus status = OneField.TryDecode(source, Number, out uint recipientChannel, out consumed);
        value = new ChannelFailureMessage(recipientChannel);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number, RecipientChannel);
}
