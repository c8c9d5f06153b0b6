using Adit.Wire.Ssh;

namespace Adit.Wire.SshMux;

/// <summary>MUX_S_FAILURE: what was asked for failed (PROTOCOL.mux §10).</summary>
/// <param name="RequestId">The number of the request that this answers.</param>
/// <param name="Reason">Why, for the user to read.</param>
public readonly record struct MuxFailureMessage(uint RequestId, string Reason) : IMuxMessage<MuxFailureMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.Failure;

    /// <inheritdoc/>
    public int EncodedLength => 8 + SshWriter.TextLength(Reason);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxFailureMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint number, out string text, out consumed);
        value = new MuxFailureMessage(number, text);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId, Reason);
}
