namespace Adit.Wire.Ssh;

/// <summary>SSH2_MSG_PONG (ping@openssh.com, OpenSSH PROTOCOL §1.8): the answer to a ping.</summary>
/// <remarks>
/// <code>
/// byte      SSH2_MSG_PONG
/// string    data
/// </code>
/// </remarks>
/// <param name="Data">The octets of the ping.</param>
public readonly record struct PongMessage(ReadOnlyMemory<byte> Data) : ISshMessage<PongMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.Pong;

    /// <inheritdoc/>
    public int EncodedLength => 5 + Data.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out PongMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadString(out ReadOnlySpan<byte> data)) return DecodeStatus.Truncated;
        value = new PongMessage(data.ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteString(Data.Span);
        return writer.Written;
    }
}
