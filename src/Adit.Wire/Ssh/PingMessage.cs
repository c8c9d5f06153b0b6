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
        DecodeStatus status = OneField.TryDecode(source, Number, out ReadOnlySpan<byte> data, out consumed);
        value = new PingMessage(data.ToArray());
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number, Data.Span);
}
