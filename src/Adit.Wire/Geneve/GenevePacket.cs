using System.Buffers.Binary;
using Adit.Wire.Ethernet;

namespace Adit.Wire.Geneve;

/// <summary>A view of a GENEVE packet; see <see cref="GeneveHeader"/> for the field diagram.</summary>
public readonly ref struct GenevePacket
{
    private readonly ReadOnlySpan<byte> _octets;

    private GenevePacket(ReadOnlySpan<byte> octets)
    {
        _octets = octets;
    }

    /// <summary>Octets of header and options, 8 to 260.</summary>
    public int HeaderLength => GeneveHeader.MinimumLength + ((_octets[0] & 0x3f) * 4);

    /// <summary>O: a control message, not data.</summary>
    public bool IsControl => (_octets[1] & GeneveHeader.ControlBit) != 0;

    /// <summary>C: critical options are present.</summary>
    public bool HasCriticalOptions => (_octets[1] & GeneveHeader.CriticalBit) != 0;

    /// <summary>What follows the options.</summary>
    public EtherType ProtocolType => (EtherType)BinaryPrimitives.ReadUInt16BigEndian(_octets[2..]);

    /// <summary>VNI, 24 bits.</summary>
    public uint NetworkIdentifier => BinaryPrimitives.ReadUInt32BigEndian(_octets[4..]) >> 8;

    /// <summary>The options, encoded; <see cref="GeneveOption.TryDecode"/> reads them one by one.</summary>
    public ReadOnlySpan<byte> Options => _octets[GeneveHeader.MinimumLength..HeaderLength];

    /// <summary>What follows the options.</summary>
    public ReadOnlySpan<byte> Payload => _octets[HeaderLength..];

    /// <summary>Views a packet. Options must fill their length exactly.</summary>
    /// <param name="source">The UDP payload.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <returns>Unsupported: another version; BadLength: an option leaves the options.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out GenevePacket packet)
    {
        packet = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if (source[0] >> 6 != 0) return DecodeStatus.Unsupported; // §3.4: unknown versions are dropped
        if (source.Length < GeneveHeader.MinimumLength) return DecodeStatus.Truncated;
        int length = GeneveHeader.MinimumLength + ((source[0] & 0x3f) * 4);
        if (source.Length < length) return DecodeStatus.Truncated;
        for (ReadOnlySpan<byte> rest = source[GeneveHeader.MinimumLength..length]; !rest.IsEmpty;)
        {
            if (GeneveOption.TryDecode(rest, out _, out int consumed) != DecodeStatus.Ok) return DecodeStatus.BadLength; // §3.5: beyond the options: dropped
            rest = rest[consumed..];
        }

        packet = new GenevePacket(source);
        return DecodeStatus.Ok;
    }

    /// <summary>Whether an option is critical, whatever the header says (§3.5).</summary>
    public bool HasCriticalOption()
    {
        for (ReadOnlySpan<byte> rest = Options; !rest.IsEmpty && GeneveOption.TryDecode(rest, out GeneveOption option, out int consumed) == DecodeStatus.Ok; rest = rest[consumed..])
        {
            if (option.IsCritical) return true;
        }

        return false;
    }
}
