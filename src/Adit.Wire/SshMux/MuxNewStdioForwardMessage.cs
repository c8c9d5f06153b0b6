using Adit.Wire.Ssh;

namespace Adit.Wire.SshMux;

/// <summary>MUX_C_NEW_STDIO_FWD: asks to join descriptors with a connection from the server (<c>-W</c>). Two descriptors follow.</summary>
/// <remarks>
/// <code>
/// uint32    request id
/// string    reserved
/// string    connect host
/// uint32    connect port
/// </code>
/// PROTOCOL.mux §3 calls the port a string; OpenSSH sends and expects a uint32.
/// </remarks>
/// <param name="RequestId">The client's number for the request; the answer repeats it.</param>
/// <param name="Host">What the server connects to; a path where the port is <see cref="MuxForward.SocketPath"/>.</param>
/// <param name="Port">Its port.</param>
public readonly record struct MuxNewStdioForwardMessage(uint RequestId, string Host, uint Port) : IMuxMessage<MuxNewStdioForwardMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.NewStdioForward;

    /// <inheritdoc/>
    public int EncodedLength => 16 + SshWriter.TextLength(Host);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxNewStdioForwardMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (MuxFields.ExpectType(ref reader, Type) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint request) ||
            !reader.TryReadString(out _) ||
            !reader.TryReadText(out string host) ||
            !reader.TryReadUInt32(out uint port)) return DecodeStatus.Truncated;
        value = new MuxNewStdioForwardMessage(request, host, port);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32((uint)Type);
        writer.WriteUInt32(RequestId);
        writer.WriteString(default);
        writer.WriteText(Host);
        writer.WriteUInt32(Port);
        return writer.Written;
    }
}
