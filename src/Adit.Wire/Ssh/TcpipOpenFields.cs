namespace Adit.Wire.Ssh;

/// <summary>Fields of direct-tcpip and forwarded-tcpip opens (RFC 4254 §7.2).</summary>
/// <remarks>
/// <code>
/// string    host to connect, or address that was connected
/// uint32    port to connect, or port that was connected
/// string    originator IP address
/// uint32    originator port
/// </code>
/// </remarks>
/// <param name="Host">Where to connect to; for forwarded-tcpip the address as it was asked to be bound.</param>
/// <param name="Port">0 to 65535; greater values are the caller's to refuse.</param>
/// <param name="OriginatorHost">The peer of the accepted connection, as an address.</param>
/// <param name="OriginatorPort">Its port.</param>
public readonly record struct TcpipOpenFields(string Host, uint Port, string OriginatorHost, uint OriginatorPort) : IWireValue<TcpipOpenFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 8 + SshWriter.TextLength(Host) + SshWriter.TextLength(OriginatorHost);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TcpipOpenFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string host) ||
            !reader.TryReadUInt32(out uint port) ||
            !reader.TryReadText(out string originatorHost) ||
            !reader.TryReadUInt32(out uint originatorPort)) return DecodeStatus.Truncated;
        value = new TcpipOpenFields(host, port, originatorHost, originatorPort);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Host);
        writer.WriteUInt32(Port);
        writer.WriteText(OriginatorHost);
        writer.WriteUInt32(OriginatorPort);
        return writer.Written;
    }
}
