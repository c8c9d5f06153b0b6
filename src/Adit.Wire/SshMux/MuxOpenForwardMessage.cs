using Adit.Wire.Ssh;

namespace Adit.Wire.SshMux;

/// <summary>MUX_C_OPEN_FWD: asks for a forward (PROTOCOL.mux §6).</summary>
/// <param name="RequestId">The client's number for the request; the answer repeats it.</param>
/// <param name="Forward">The forward.</param>
public readonly record struct MuxOpenForwardMessage(uint RequestId, MuxForward Forward) : IMuxMessage<MuxOpenForwardMessage>
{
    /// <inheritdoc/>
    public static MuxMessageType Type => MuxMessageType.OpenForward;

    /// <inheritdoc/>
    public int EncodedLength => 8 + Forward.EncodedLength;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out MuxOpenForwardMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (MuxFields.ExpectType(ref reader, Type) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint request)) return DecodeStatus.Truncated;
        status = MuxForward.TryDecode(reader.Rest, out MuxForward forward, out int fields);
        if (status != DecodeStatus.Ok) return status;
        value = new MuxOpenForwardMessage(request, forward);
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
