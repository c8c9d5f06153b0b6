namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_UNIMPLEMENTED (RFC 4253 §11.4): the answer to a message number that is not known.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_UNIMPLEMENTED
/// uint32    packet sequence number of rejected message
/// </code>
/// </remarks>
/// <param name="SequenceNumber">The sequence number of the packet that was not understood.</param>
public readonly record struct UnimplementedMessage(uint SequenceNumber) : ISshMessage<UnimplementedMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.Unimplemented;

    /// <inheritdoc/>
    public int EncodedLength => 5;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UnimplementedMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint sequenceNumber)) return DecodeStatus.Truncated;
        value = new UnimplementedMessage(sequenceNumber);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteUInt32(SequenceNumber);
        return writer.Written;
    }
}
