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
        DecodeStatus status = OneField.TryDecode(source, Number, out ReadOnlySpan<byte> data, out consumed);
        value = new PongMessage(data.ToArray());
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number, Data.Span);
}
