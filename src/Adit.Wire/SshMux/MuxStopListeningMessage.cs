namespace Adit.Wire.SshMux;

/// <summary>MUX_C_STOP_LISTENING: asks the master to take no more clients and to remove its socket (PROTOCOL.mux §8).</summary>
/// <param name="RequestId">The client's number for the request; the answer repeats it.</param>
public readonly record struct MuxStopListeningMessage(uint RequestId) : IMuxMessage<MuxStopListeningMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.StopListening;

    /// <inheritdoc/>
    public int EncodedLength => 8;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxStopListeningMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint number, out consumed);
        value = new MuxStopListeningMessage(number);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId);
}
