namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_CHANNEL_OPEN (RFC 4254 §5.1): asks for a channel.</summary>
/// <remarks>
/// Every prefix that holds the fixed fields decodes as a message with fewer octets in <see cref="Fields"/>.
/// <code>
/// byte      SSH_MSG_CHANNEL_OPEN
/// string    channel type
/// uint32    sender channel
/// uint32    initial window size
/// uint32    maximum packet size
/// octets    channel type specific data
/// </code>
/// </remarks>
/// <param name="ChannelType">For example direct-tcpip.</param>
/// <param name="SenderChannel">The sender's number for the channel.</param>
/// <param name="InitialWindow">Octets of data that may be sent to the sender of this message.</param>
/// <param name="MaximumPacket">The most octets of data in one message to the sender of this message.</param>
/// <param name="Fields">For example a <see cref="TcpipOpenFields"/>.</param>
public readonly record struct ChannelOpenMessage(
    string ChannelType,
    uint SenderChannel,
    uint InitialWindow,
    uint MaximumPacket,
    ReadOnlyMemory<byte> Fields) : ISshMessage<ChannelOpenMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ChannelOpen;

    /// <inheritdoc/>
    public int EncodedLength => 13 + SshWriter.TextLength(ChannelType) + Fields.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelOpenMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadText(out string channelType) ||
            !reader.TryReadUInt32(out uint senderChannel) ||
            !reader.TryReadUInt32(out uint initialWindow) ||
            !reader.TryReadUInt32(out uint maximumPacket)) return DecodeStatus.Truncated;
        value = new ChannelOpenMessage(channelType, senderChannel, initialWindow, maximumPacket, reader.ReadRest().ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteText(ChannelType);
        writer.WriteUInt32(SenderChannel);
        writer.WriteUInt32(InitialWindow);
        writer.WriteUInt32(MaximumPacket);
        writer.WriteBytes(Fields.Span);
        return writer.Written;
    }
}
