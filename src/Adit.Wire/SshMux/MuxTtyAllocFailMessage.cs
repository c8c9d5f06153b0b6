namespace Adit.Wire.SshMux;

/// <summary>MUX_S_TTY_ALLOC_FAIL: the server gave the session no terminal (PROTOCOL.mux §2).</summary>
/// <param name="SessionId">The session.</param>
public readonly record struct MuxTtyAllocFailMessage(uint SessionId) : IMuxMessage<MuxTtyAllocFailMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.TtyAllocFail;

    /// <inheritdoc/>
    public int EncodedLength => 8;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxTtyAllocFailMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint number, out consumed);
        value = new MuxTtyAllocFailMessage(number);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, SessionId);
}
