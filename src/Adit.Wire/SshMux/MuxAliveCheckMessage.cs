namespace Adit.Wire.SshMux;

/// <summary>MUX_C_ALIVE_CHECK: asks for the master's pid (PROTOCOL.mux §4).</summary>
/// <param name="RequestId">The client's number for the request; the answer repeats it.</param>
public readonly record struct MuxAliveCheckMessage(uint RequestId) : IMuxMessage<MuxAliveCheckMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.AliveCheck;

    /// <inheritdoc/>
    public int EncodedLength => 8;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxAliveCheckMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint number, out consumed);
        value = new MuxAliveCheckMessage(number);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId);
}
