namespace Adit.Wire.SshMux;

/// <summary>MUX_S_OK: what was asked for is done (PROTOCOL.mux §10).</summary>
/// <param name="RequestId">The number of the request that this answers.</param>
public readonly record struct MuxOkMessage(uint RequestId) : IMuxMessage<MuxOkMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.Ok;

    /// <inheritdoc/>
    public int EncodedLength => 8;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxOkMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint number, out consumed);
        value = new MuxOkMessage(number);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId);
}
