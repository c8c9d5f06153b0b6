namespace Adit.Wire.SshMux;

/// <summary>MUX_C_TERMINATE: asks the master to end at once (PROTOCOL.mux §5).</summary>
/// <param name="RequestId">The client's number for the request; the answer repeats it.</param>
public readonly record struct MuxTerminateMessage(uint RequestId) : IMuxMessage<MuxTerminateMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.Terminate;

    /// <inheritdoc/>
    public int EncodedLength => 8;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxTerminateMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint number, out consumed);
        value = new MuxTerminateMessage(number);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId);
}
