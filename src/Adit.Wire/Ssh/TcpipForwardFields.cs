namespace Adit.Wire.Ssh;

/// <summary>Fields of tcpip-forward and cancel-tcpip-forward (RFC 4254 §7.1).</summary>
/// <remarks>
/// <code>
/// string    address to bind
/// uint32    port number to bind
/// </code>
/// </remarks>
/// <param name="Address">An address or name; "" every address of every family, 0.0.0.0, ::, localhost, 127.0.0.1, ::1 as the RFC says.</param>
/// <param name="Port">0 lets the server choose; values above 65535 are the caller's to refuse.</param>
public readonly record struct TcpipForwardFields(string Address, uint Port) : IWireValue<TcpipForwardFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 4 + SshWriter.TextLength(Address);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TcpipForwardFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string address) ||
            !reader.TryReadUInt32(out uint port)) return DecodeStatus.Truncated;
        value = new TcpipForwardFields(address, port);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Address);
        writer.WriteUInt32(Port);
        return writer.Written;
    }
}
