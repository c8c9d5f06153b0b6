namespace Adit.Wire.Ssh;

/// <summary>Fields of a channel of type tun@openssh.com (OpenSSH PROTOCOL §2.3).</summary>
/// <remarks>
/// <code>
/// uint32    tunnel mode: 1 layer 3 packets, 2 Ethernet frames
/// uint32    remote unit number: the receiver's device; 0x7fffffff for any
/// </code>
/// </remarks>
/// <param name="Mode">What is carried.</param>
/// <param name="Unit">The number of the receiver's device.</param>
public readonly record struct TunOpenFields(uint Mode, uint Unit) : IWireValue<TunOpenFields>
{
    /// <summary>SSH_TUNMODE_POINTOPOINT.</summary>
    public const uint PointToPoint = 1;

    /// <summary>SSH_TUNMODE_ETHERNET.</summary>
    public const uint Ethernet = 2;

    /// <summary>SSH_TUNID_ANY.</summary>
    public const uint AnyUnit = 0x7fff_ffff;

    /// <inheritdoc/>
    public int EncodedLength => 8;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TunOpenFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadUInt32(out uint mode) || !reader.TryReadUInt32(out uint unit)) return DecodeStatus.Truncated;
        value = new TunOpenFields(mode, unit);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32(Mode);
        writer.WriteUInt32(Unit);
        return writer.Written;
    }
}
