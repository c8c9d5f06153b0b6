namespace Adit.Wire.SshMux;

/// <summary>MUX_S_ALIVE: the master lives (PROTOCOL.mux §4).</summary>
/// <param name="RequestId">The number of the request that this answers.</param>
/// <param name="ProcessId">Its pid.</param>
public readonly record struct MuxAliveMessage(uint RequestId, uint ProcessId) : IMuxMessage<MuxAliveMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.Alive;

    /// <inheritdoc/>
    public int EncodedLength => 12;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxAliveMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint first, out uint second, out consumed);
        value = new MuxAliveMessage(first, second);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId, ProcessId);
}
