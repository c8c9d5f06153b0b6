namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_CHANNEL_REQUEST (RFC 4254 §5.4): a request about one channel.</summary>
/// <remarks>
/// Every prefix that holds the fixed fields decodes as a message with fewer octets in <see cref="Fields"/>.
/// <code>
/// byte      SSH_MSG_CHANNEL_REQUEST
/// uint32    recipient channel
/// string    request type
/// boolean   want reply
/// octets    type specific data
/// </code>
/// </remarks>
/// <param name="RecipientChannel">The receiver's number of the channel.</param>
/// <param name="RequestType">For example exec.</param>
/// <param name="WantReply">Whether an answer is due; answers come in the order of the requests.</param>
/// <param name="Fields">For example an <see cref="ExecFields"/>.</param>
public readonly record struct ChannelRequestMessage(
    uint RecipientChannel,
    string RequestType,
    bool WantReply,
    ReadOnlyMemory<byte> Fields) : ISshMessage<ChannelRequestMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ChannelRequest;

    /// <inheritdoc/>
    public int EncodedLength => 6 + SshWriter.TextLength(RequestType) + Fields.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelRequestMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint recipientChannel) ||
            !reader.TryReadText(out string requestType) ||
            !reader.TryReadBoolean(out bool wantReply)) return DecodeStatus.Truncated;
        value = new ChannelRequestMessage(recipientChannel, requestType, wantReply, reader.ReadRest().ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteUInt32(RecipientChannel);
        writer.WriteText(RequestType);
        writer.WriteBoolean(WantReply);
        writer.WriteBytes(Fields.Span);
        return writer.Written;
    }
}
