namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_CHANNEL_OPEN_CONFIRMATION (RFC 4254 §5.1): the channel is open.</summary>
/// <remarks>
/// Every prefix that holds the fixed fields decodes as a message with fewer octets in <see cref="Fields"/>.
/// <code>
/// byte      SSH_MSG_CHANNEL_OPEN_CONFIRMATION
/// uint32    recipient channel
/// uint32    sender channel
/// uint32    initial window size
/// uint32    maximum packet size
/// octets    channel type specific data
/// </code>
/// </remarks>
/// <param name="RecipientChannel">The receiver's number of the channel.</param>
/// <param name="SenderChannel">The sender's number for the channel.</param>
/// <param name="InitialWindow">Octets of data that may be sent to the sender of this message.</param>
/// <param name="MaximumPacket">The most octets of data in one message to the sender of this message.</param>
/// <param name="Fields">Empty for every type in use.</param>
public readonly record struct ChannelOpenConfirmationMessage(
    uint RecipientChannel,
    uint SenderChannel,
    uint InitialWindow,
    uint MaximumPacket,
    ReadOnlyMemory<byte> Fields) : ISshMessage<ChannelOpenConfirmationMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ChannelOpenConfirmation;

    /// <inheritdoc/>
    public int EncodedLength => 17 + Fields.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelOpenConfirmationMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint recipientChannel) ||
            !reader.TryReadUInt32(out uint senderChannel) ||
            !reader.TryReadUInt32(out uint initialWindow) ||
            !reader.TryReadUInt32(out uint maximumPacket)) return DecodeStatus.Truncated;
        value = new ChannelOpenConfirmationMessage(recipientChannel, senderChannel, initialWindow, maximumPacket, reader.ReadRest().ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteUInt32(RecipientChannel);
        writer.WriteUInt32(SenderChannel);
        writer.WriteUInt32(InitialWindow);
        writer.WriteUInt32(MaximumPacket);
        writer.WriteBytes(Fields.Span);
        return writer.Written;
    }
}
