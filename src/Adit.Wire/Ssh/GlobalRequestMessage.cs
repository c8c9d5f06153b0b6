namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_GLOBAL_REQUEST (RFC 4254 §4): a request about the connection as a whole.</summary>
/// <remarks>
/// Every prefix that holds the fixed fields decodes as a message with fewer octets in <see cref="Fields"/>.
/// <code>
/// byte      SSH_MSG_GLOBAL_REQUEST
/// string    request name
/// boolean   want reply
/// octets    request specific data
/// </code>
/// </remarks>
/// <param name="Name">For example tcpip-forward.</param>
/// <param name="WantReply">Whether an answer is due; answers come in the order of the requests.</param>
/// <param name="Fields">For example a <see cref="TcpipForwardFields"/>.</param>
public readonly record struct GlobalRequestMessage(string Name, bool WantReply, ReadOnlyMemory<byte> Fields) : ISshMessage<GlobalRequestMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.GlobalRequest;

    /// <inheritdoc/>
    public int EncodedLength => 2 + SshWriter.TextLength(Name) + Fields.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out GlobalRequestMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadText(out string name) ||
            !reader.TryReadBoolean(out bool wantReply)) return DecodeStatus.Truncated;
        value = new GlobalRequestMessage(name, wantReply, reader.ReadRest().ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteText(Name);
        writer.WriteBoolean(WantReply);
        writer.WriteBytes(Fields.Span);
        return writer.Written;
    }
}
