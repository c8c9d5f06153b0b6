using System.Buffers.Binary;
using System.Text;

namespace Adit.Wire.Pcapng;

/// <summary>What all blocks of a pcapng file have in common (draft-ietf-opsawg-pcapng §3.1, §3.5).</summary>
/// <remarks>
/// Theory of operation: a file is a row of blocks, each of which says its length before and after its body, so that it can be read from both ends. A section
/// header comes first and tells the byte order (ours is always little endian), then one interface description for each place captured at, then packets, which name
/// their interface by its number in that order. Any block may end in options.
/// <code>
///  0                   1                   2                   3
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |                          Block Type                           |
/// |                      Block Total Length                       |
/// ~               Block Body, padded to 32 bits                   ~
/// |                      Block Total Length                       |
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// option:  | code (16) | length (16) | value, padded to 32 bits |   ended by code 0, length 0
/// </code>
/// </remarks>
internal static class PcapngBlock
{
    /// <summary>Octets of type and both lengths.</summary>
    public const int Overhead = 12;

    /// <summary>Ours: octets of the longest block read; a packet of 64 KiB with its options is far below.</summary>
    public const int MaximumLength = 1 << 20;

    public const ushort EndOfOptions = 0;
    public const ushort Comment = 1;
    private const int OptionHeader = 4;

    public static int Padded(int length) => (length + 3) & ~3;

    public static int OptionLength(int valueLength) => OptionHeader + Padded(valueLength);

    public static int TextLength(string? text) => text is null ? 0 : OptionLength(Encoding.UTF8.GetByteCount(text));

    /// <summary>The length of options with what ends them; none at all need no end.</summary>
    public static int Ended(int options) => options == 0 ? 0 : options + OptionHeader;

    public static void Frame(Span<byte> block, uint type)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(block, type);
        BinaryPrimitives.WriteUInt32LittleEndian(block[4..], (uint)block.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(block[^4..], (uint)block.Length);
    }

    public static int WriteOption(Span<byte> destination, ushort code, ReadOnlySpan<byte> value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(destination, code);
        BinaryPrimitives.WriteUInt16LittleEndian(destination[2..], (ushort)value.Length);
        value.CopyTo(destination[OptionHeader..]);
        int length = OptionLength(value.Length);
        destination[(OptionHeader + value.Length)..length].Clear();
        return length;
    }

    public static int WriteText(Span<byte> destination, ushort code, string? text) =>
        text is null ? 0 : WriteOption(destination, code, Encoding.UTF8.GetBytes(text));

    /// <summary>Judges the frame of a block whose type is known, and gives its body.</summary>
    public static DecodeStatus TryFrame(ReadOnlySpan<byte> source, uint type, int minimumBody, out ReadOnlySpan<byte> body, out int length)
    {
        body = default;
        length = 0;
        if (source.Length < 8) return DecodeStatus.Truncated;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source) != type) return DecodeStatus.Unsupported;
        uint total = BinaryPrimitives.ReadUInt32LittleEndian(source[4..]);
        if (total % 4 != 0 || total > MaximumLength || total < Overhead + minimumBody) return DecodeStatus.BadLength;
        if (source.Length < total) return DecodeStatus.Truncated;
        if (BinaryPrimitives.ReadUInt32LittleEndian(source[((int)total - 4)..]) != total) return DecodeStatus.BadLength;
        length = (int)total;
        body = source[8..(length - 4)];
        return DecodeStatus.Ok;
    }

    /// <summary>Takes one option off the front.</summary>
    /// <returns>False: there is none left, or it leaves the block, which <paramref name="status"/> tells.</returns>
    public static bool TryNextOption(ref ReadOnlySpan<byte> options, out ushort code, out ReadOnlySpan<byte> value, out DecodeStatus status)
    {
        status = DecodeStatus.Ok;
        code = 0;
        value = default;
        if (options.IsEmpty) return false;
        status = DecodeStatus.BadLength;
        if (options.Length < OptionHeader) return false;
        code = BinaryPrimitives.ReadUInt16LittleEndian(options);
        int length = BinaryPrimitives.ReadUInt16LittleEndian(options[2..]);
        if (options.Length < OptionLength(length)) return false;
        value = options.Slice(OptionHeader, length);
        options = options[OptionLength(length)..];
        status = DecodeStatus.Ok;
        return code != EndOfOptions;
    }

    /// <summary>The text of an option; what is no UTF-8 becomes replacement characters, and what would not fit again is cut.</summary>
    public static string Text(ReadOnlySpan<byte> value)
    {
        string text = Encoding.UTF8.GetString(value);
        return Encoding.UTF8.GetByteCount(text) <= ushort.MaxValue ? text : text[..(ushort.MaxValue / 3)];
    }
}
