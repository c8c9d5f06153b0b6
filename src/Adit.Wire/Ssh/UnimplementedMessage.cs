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
        DecodeStatus status = OneField.TryDecode(source, Number, out uint sequenceNumber, out consumed);
        value = new UnimplementedMessage(sequenceNumber);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number, SequenceNumber);
}
