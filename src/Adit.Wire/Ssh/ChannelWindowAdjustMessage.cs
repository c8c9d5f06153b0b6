namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_CHANNEL_WINDOW_ADJUST (RFC 4254 §5.2): more data may be sent.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_CHANNEL_WINDOW_ADJUST
/// uint32    recipient channel
/// uint32    bytes to add
/// </code>
/// </remarks>
/// <param name="RecipientChannel">The receiver's number of the channel.</param>
/// <param name="BytesToAdd">Octets; the window may not pass 2^32 - 1.</param>
public readonly record struct ChannelWindowAdjustMessage(uint RecipientChannel, uint BytesToAdd) : ISshMessage<ChannelWindowAdjustMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ChannelWindowAdjust;

    /// <inheritdoc/>
    public int EncodedLength => 9;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelWindowAdjustMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint recipientChannel) ||
            !reader.TryReadUInt32(out uint bytesToAdd)) return DecodeStatus.Truncated;
        value = new ChannelWindowAdjustMessage(recipientChannel, bytesToAdd);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteUInt32(RecipientChannel);
        writer.WriteUInt32(BytesToAdd);
        return writer.Written;
    }
}
