using System.Buffers.Binary;

namespace Adit.Wire.Pcapng;

/// <summary>One place that packets were captured at (draft-ietf-opsawg-pcapng §4.2); its timestamps are nanoseconds.</summary>
/// <remarks>
/// <code>
/// |                   Block Type = 1                              |
/// |           LinkType            |           Reserved            |
/// |                            SnapLen                            |
/// |       Options: comment, if_name, if_tsresol = 9               |
/// </code>
/// </remarks>
/// <param name="LinkType">What the packets begin with.</param>
/// <param name="SnapLength">Octets kept of a packet at most; 0: all.</param>
/// <param name="Name">The place's name; null: not told.</param>
/// <param name="Comment">Anything; null: none.</param>
public readonly record struct InterfaceDescriptionBlock(PcapngLinkType LinkType, uint SnapLength = 0, string? Name = null, string? Comment = null)
    : IWireValue<InterfaceDescriptionBlock>
{
    private const uint BlockType = 1;
    private const ushort NameOption = 2; // if_name
    private const ushort ResolutionOption = 9; // if_tsresol
    private const byte Nanoseconds = 9; // 10⁻⁹
    private const int FixedBody = 8;

    /// <inheritdoc/>
    public int EncodedLength =>
        PcapngBlock.Overhead + FixedBody + PcapngBlock.Ended(PcapngBlock.TextLength(Comment) + PcapngBlock.TextLength(Name) + PcapngBlock.OptionLength(1));

    /// <inheritdoc/>
    /// <returns>Unsupported: another block, or timestamps in another unit.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out InterfaceDescriptionBlock value, out int consumed)
    {
        value = default;
        consumed = 0;
        DecodeStatus status = PcapngBlock.TryFrame(source, BlockType, FixedBody, out ReadOnlySpan<byte> body, out int length);
        if (status != DecodeStatus.Ok) return status;
        string? name = null, comment = null;
        bool isNanoseconds = false; // microseconds where nothing is told
        ReadOnlySpan<byte> options = body[FixedBody..];
        while (PcapngBlock.TryNextOption(ref options, out ushort code, out ReadOnlySpan<byte> text, out status))
        {
            if (code == NameOption) name = PcapngBlock.Text(text);
            if (code == PcapngBlock.Comment) comment = PcapngBlock.Text(text);
            if (code == ResolutionOption) isNanoseconds = text is [Nanoseconds];
        }

        if (status != DecodeStatus.Ok) return status;
        if (!isNanoseconds) return DecodeStatus.Unsupported;
        value = new InterfaceDescriptionBlock(
            (PcapngLinkType)BinaryPrimitives.ReadUInt16LittleEndian(body), BinaryPrimitives.ReadUInt32LittleEndian(body[4..]), name, comment);
        consumed = length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        int length = EncodedLength;
        WireRoom.Require(destination, length, "interface description block");
        Span<byte> block = destination[..length];
        block.Clear();
        PcapngBlock.Frame(block, BlockType);
        BinaryPrimitives.WriteUInt16LittleEndian(block[8..], (ushort)LinkType);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], SnapLength);
        int at = 16;
        at += PcapngBlock.WriteText(block[at..], PcapngBlock.Comment, Comment);
        at += PcapngBlock.WriteText(block[at..], NameOption, Name);
        PcapngBlock.WriteOption(block[at..], ResolutionOption, [Nanoseconds]);
        return length;
    }
}
