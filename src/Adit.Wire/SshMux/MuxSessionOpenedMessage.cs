namespace Adit.Wire.SshMux;

/// <summary>MUX_S_SESSION_OPENED: a session or stdio forward stands (PROTOCOL.mux §2, §3).</summary>
/// <param name="RequestId">The number of the request that this answers.</param>
/// <param name="SessionId">What the master calls it: its channel's number.</param>
public readonly record struct MuxSessionOpenedMessage(uint RequestId, uint SessionId) : IMuxMessage<MuxSessionOpenedMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.SessionOpened;

    /// <inheritdoc/>
    public int EncodedLength => 12;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxSessionOpenedMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint first, out uint second, out consumed);
        value = new MuxSessionOpenedMessage(first, second);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId, SessionId);
}
