using Adit.Wire.Ssh;

namespace Adit.Wire.SshMux;

/// <summary>MUX_C_CLOSE_FWD: asks for the end of a forward, named as it was asked for (PROTOCOL.mux §7).</summary>
/// <param name="RequestId">The client's number for the request; the answer repeats it.</param>
/// <param name="Forward">The forward.</param>
public readonly record struct MuxCloseForwardMessage(uint RequestId, MuxForward Forward) : IMuxMessage<MuxCloseForwardMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.CloseForward;

    /// <inheritdoc/>
    public int EncodedLength => 8 + Forward.EncodedLength;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxCloseForwardMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (MuxFields.ExpectType(ref reader, Type) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint request)) return DecodeStatus.Truncated;
        status = MuxForward.TryDecode(reader.Rest, out MuxForward forward, out int fields);
        if (status != DecodeStatus.Ok) return status;
        value = new MuxCloseForwardMessage(request, forward);
        consumed = reader.Position + fields;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32((uint)Type);
        writer.WriteUInt32(RequestId);
        return writer.Written + Forward.Encode(destination[writer.Written..]);
    }
}
