namespace Adit.Wire.SshMux;

/// <summary>MUX_S_PROXY: SSH's packets follow (PROTOCOL.mux §9).</summary>
/// <param name="RequestId">The number of the request that this answers.</param>
public readonly record struct MuxProxyReplyMessage(uint RequestId) : IMuxMessage<MuxProxyReplyMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.ProxyReply;

    /// <inheritdoc/>
    public int EncodedLength => 8;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxProxyReplyMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint number, out consumed);
        value = new MuxProxyReplyMessage(number);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId);
}
