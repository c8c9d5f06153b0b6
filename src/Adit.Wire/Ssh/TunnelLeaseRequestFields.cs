namespace Adit.Wire.Ssh;

/// <summary>Fields of the global request tunnel-lease@adit (docs/SSH-TUNNELS.md): which tunnel's settings are asked for.</summary>
/// <remarks>
/// <code>
/// uint32    recipient channel: the server's number of an open channel of type tun@openssh.com
/// </code>
/// </remarks>
/// <param name="Channel">The number.</param>
public readonly record struct TunnelLeaseRequestFields(uint Channel) : IWireValue<TunnelLeaseRequestFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 4;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TunnelLeaseRequestFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadUInt32(out uint channel)) return DecodeStatus.Truncated;
        value = new TunnelLeaseRequestFields(channel);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32(Channel);
        return writer.Written;
    }
}
