namespace Adit.Wire.SshMux;

/// <summary>MUX_S_REMOTE_PORT: a remote forward stands on a port that the server chose (PROTOCOL.mux §6).</summary>
/// <param name="RequestId">The number of the request that this answers.</param>
/// <param name="Port">The port.</param>
public readonly record struct MuxRemotePortMessage(uint RequestId, uint Port) : IMuxMessage<MuxRemotePortMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.RemotePort;

    /// <inheritdoc/>
    public int EncodedLength => 12;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxRemotePortMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint first, out uint second, out consumed);
        value = new MuxRemotePortMessage(first, second);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId, Port);
}
