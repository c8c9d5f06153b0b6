namespace Adit.Wire.Ssh;

/// <summary>Fields of the reply to a tcpip-forward for port 0 (RFC 4254 §7.1).</summary>
/// <remarks>
/// <code>
/// uint32    port that was bound on the server
/// </code>
/// </remarks>
/// <param name="Port">The port chosen.</param>
public readonly record struct TcpipForwardReplyFields(uint Port) : IWireValue<TcpipForwardReplyFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 4;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TcpipForwardReplyFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadUInt32(out uint port)) return DecodeStatus.Truncated;
        value = new TcpipForwardReplyFields(port);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32(Port);
        return writer.Written;
    }
}
