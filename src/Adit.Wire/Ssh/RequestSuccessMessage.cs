namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_REQUEST_SUCCESS (RFC 4254 §4): the oldest unanswered global request was granted.</summary>
/// <remarks>
/// Every prefix that holds the fixed fields decodes as a message with fewer octets in <see cref="Fields"/>.
/// <code>
/// byte      SSH_MSG_REQUEST_SUCCESS
/// octets    response specific data
/// </code>
/// </remarks>
/// <param name="Fields">For example a <see cref="TcpipForwardReplyFields"/>; mostly empty.</param>
public readonly record struct RequestSuccessMessage(ReadOnlyMemory<byte> Fields) : ISshMessage<RequestSuccessMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.RequestSuccess;

    /// <inheritdoc/>
    public int EncodedLength => 1 + Fields.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out RequestSuccessMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        value = new RequestSuccessMessage(reader.ReadRest().ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteBytes(Fields.Span);
        return writer.Written;
    }
}
