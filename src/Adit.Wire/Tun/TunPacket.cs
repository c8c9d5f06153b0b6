namespace Adit.Wire.Tun;

/// <summary>A view of an IP packet in the data of a tun@openssh.com channel; see <see cref="TunHeader"/>.</summary>
public readonly ref struct TunPacket
{
    private TunPacket(TunAddressFamily family, ReadOnlySpan<byte> packet)
    {
        AddressFamily = family;
        Packet = packet;
    }

    /// <summary>What it is.</summary>
    public TunAddressFamily AddressFamily { get; }

    /// <summary>The IP packet, of the version that the address family names.</summary>
    public ReadOnlySpan<byte> Packet { get; }

    /// <summary>Views the data of one message.</summary>
    /// <param name="source">The data.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <returns>BadValue: the packet's version is not that of the address family.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out TunPacket packet)
    {
        packet = default;
        DecodeStatus status = TunHeader.TryDecode(source, out TunHeader header, out int consumed);
        if (status != DecodeStatus.Ok) return status;
        if (source.Length == consumed) return DecodeStatus.Truncated;
        if (!TunHeader.TryForPacket(source[consumed..], out TunHeader own) || own != header) return DecodeStatus.BadValue;
        packet = new TunPacket(header.AddressFamily, source[consumed..]);
        return DecodeStatus.Ok;
    }
}
