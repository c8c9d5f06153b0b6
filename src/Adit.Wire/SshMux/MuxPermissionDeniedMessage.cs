using Adit.Wire.Ssh;

namespace Adit.Wire.SshMux;

/// <summary>MUX_S_PERMISSION_DENIED: the master's user refused (PROTOCOL.mux §10).</summary>
/// <param name="RequestId">The number of the request that this answers.</param>
/// <param name="Reason">Why, for the user to read.</param>
public readonly record struct MuxPermissionDeniedMessage(uint RequestId, string Reason) : IMuxMessage<MuxPermissionDeniedMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.PermissionDenied;

    /// <inheritdoc/>
    public int EncodedLength => 8 + SshWriter.TextLength(Reason);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxPermissionDeniedMessage value, out int consumed)
    {
        DecodeStatus status = MuxFields.TryDecode(source, Type, out uint number, out string text, out consumed);
        value = new MuxPermissionDeniedMessage(number, text);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => MuxFields.Encode(destination, Type, RequestId, Reason);
}
