namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_CHANNEL_OPEN_FAILURE (RFC 4254 §5.1): the channel was refused.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_CHANNEL_OPEN_FAILURE
/// uint32    recipient channel
/// uint32    reason code
/// string    description
/// string    language tag
/// </code>
/// </remarks>
/// <param name="RecipientChannel">The receiver's number of the channel.</param>
/// <param name="Reason">Why; codes that the enum does not name are kept.</param>
/// <param name="Description">For a person; the receiver filters control characters before it shows it.</param>
/// <param name="Language">RFC 3066 language tag; usually empty.</param>
public readonly record struct ChannelOpenFailureMessage(
    uint RecipientChannel,
    ChannelOpenFailureReason Reason,
    string Description,
    string Language) : ISshMessage<ChannelOpenFailureMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ChannelOpenFailure;

    /// <inheritdoc/>
    public int EncodedLength => 9 + SshWriter.TextLength(Description) + SshWriter.TextLength(Language);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelOpenFailureMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint recipientChannel) ||
            !reader.TryReadUInt32(out uint reason) ||
            !reader.TryReadText(out string description) ||
            !reader.TryReadText(out string language)) return DecodeStatus.Truncated;
        value = new ChannelOpenFailureMessage(recipientChannel, (ChannelOpenFailureReason)reason, description, language);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteUInt32(RecipientChannel);
        writer.WriteUInt32((uint)Reason);
        writer.WriteText(Description);
        writer.WriteText(Language);
        return writer.Written;
    }
}
