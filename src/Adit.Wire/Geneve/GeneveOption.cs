using System.Buffers.Binary;

namespace Adit.Wire.Geneve;

/// <summary>A view of one GENEVE option (RFC 8926 §3.5).</summary>
/// <remarks>
/// <code>
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |          Option Class         |      Type     |R|R|R| Length  |
/// ~                  Variable-Length Option Data                  ~
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// </code>
/// </remarks>
public readonly ref struct GeneveOption
{
    private const int HeaderLength = 4;
    private const byte CriticalBit = 0x80;
    private readonly ReadOnlySpan<byte> _octets;

    private GeneveOption(ReadOnlySpan<byte> octets)
    {
        _octets = octets;
    }

    /// <summary>Who defined the type.</summary>
    public ushort Class => BinaryPrimitives.ReadUInt16BigEndian(_octets);

    /// <summary>The type, critical bit included.</summary>
    public byte Type => _octets[2];

    /// <summary>Whether who does not know it must drop the packet.</summary>
    public bool IsCritical => (_octets[2] & CriticalBit) != 0;

    /// <summary>Its data, a multiple of 4 octets up to 124.</summary>
    public ReadOnlySpan<byte> Data => _octets[HeaderLength..];

    /// <summary>Views the first option.</summary>
    /// <param name="source">Options.</param>
    /// <param name="option">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <param name="consumed">Its octets.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out GeneveOption option, out int consumed)
    {
        option = default;
        consumed = 0;
        if (source.Length < HeaderLength) return DecodeStatus.Truncated;
        int length = HeaderLength + ((source[3] & 0x1f) * 4);
        if (source.Length < length) return DecodeStatus.Truncated;
        option = new GeneveOption(source[..length]);
        consumed = length;
        return DecodeStatus.Ok;
    }
}
