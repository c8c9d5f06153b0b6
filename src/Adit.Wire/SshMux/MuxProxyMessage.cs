namespace Adit.Wire.SshMux;

/// <summary>MUX_C_PROXY: asks for SSH's own packets on this connection from now on (PROTOCOL.mux §9).</summary>
/// <param name="RequestId">The client's number for the request; the answer repeats it.</param>
public readonly record struct MuxProxyMessage(uint RequestId) : IMuxMessage<MuxProxyMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.Proxy;

    /// <inheritdoc/>
    public int EncodedLength => 8;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxProxyMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint number, out consumed);
        value = new MuxProxyMessage(number);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId);
}
