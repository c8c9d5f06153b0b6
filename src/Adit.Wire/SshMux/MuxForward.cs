using Adit.Wire.Ssh;

namespace Adit.Wire.SshMux;

/// <summary>A forward as the messages for opening and closing name it (PROTOCOL.mux §6).</summary>
/// <remarks>
/// <code>
/// uint32    forwarding type
/// string    listen host
/// uint32    listen port
/// string    connect host
/// uint32    connect port
/// </code>
/// </remarks>
/// <param name="Kind">The direction; other numbers are the reader's to refuse.</param>
/// <param name="ListenHost">Where to listen: "" is the default, "*" every address, else an address or a name; a path where the port is <see cref="SocketPath"/>.</param>
/// <param name="ListenPort">0 to 65535, or <see cref="SocketPath"/>.</param>
/// <param name="ConnectHost">What to connect to; a path where the port is <see cref="SocketPath"/>.</param>
/// <param name="ConnectPort">0 to 65535, or <see cref="SocketPath"/>.</param>
public readonly record struct MuxForward(MuxForwardKind Kind, string ListenHost, uint ListenPort, string ConnectHost, uint ConnectPort) : IWireValue<MuxForward>
{
    /// <summary>The port that says that the host is the path of a unix socket: (uint32)-2.</summary>
    public const uint SocketPath = unchecked((uint)-2);

    /// <inheritdoc/>
    public int EncodedLength => 12 + SshWriter.TextLength(ListenHost) + SshWriter.TextLength(ConnectHost);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxForward value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadUInt32(out uint kind) ||
            !reader.TryReadText(out string listenHost) ||
            !reader.TryReadUInt32(out uint listenPort) ||
            !reader.TryReadText(out string connectHost) ||
            !reader.TryReadUInt32(out uint connectPort)) return DecodeStatus.Truncated;
        value = new MuxForward((MuxForwardKind)kind, listenHost, listenPort, connectHost, connectPort);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32((uint)Kind);
        writer.WriteText(ListenHost);
        writer.WriteUInt32(ListenPort);
        writer.WriteText(ConnectHost);
        writer.WriteUInt32(ConnectPort);
        return writer.Written;
    }
}
