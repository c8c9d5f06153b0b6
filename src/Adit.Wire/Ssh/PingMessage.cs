namespace Adit.Wire.Ssh;

/// <summary>SSH2_MSG_PING (ping@openssh.com, OpenSSH PROTOCOL §1.8): asks for the same octets in a pong.</summary>
/// <remarks>
/// <code>
/// byte      SSH2_MSG_PING
/// string    data
/// </code>
/// </remarks>
/// <param name="Data">Anything.</param>
public readonly record struct PingMessage(ReadOnlyMemory<byte> Data) : ISshMessage<PingMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.Ping;

    /// <inheritdoc/>
    public int EncodedLength => 5 + Data.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out PingMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadString(out ReadOnlySpan<byte> data)) return DecodeStatus.Truncated;
        value = new PingMessage(data.ToArray());
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
