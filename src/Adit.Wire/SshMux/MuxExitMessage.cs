namespace Adit.Wire.SshMux;

/// <summary>MUX_S_EXIT_MESSAGE: how a session ended; the connection closes once its output is written (PROTOCOL.mux §2).</summary>
/// <param name="SessionId">The session.</param>
/// <param name="Status">The exit status; 255 where a signal ended the command.</param>
public readonly record struct MuxExitMessage(uint SessionId, uint Status) : IMuxMessage<MuxExitMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.Exit;

    /// <inheritdoc/>
    public int EncodedLength => 12;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxExitMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint first, out uint second, out consumed);
        value = new MuxExitMessage(first, second);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, SessionId, Status);
}
