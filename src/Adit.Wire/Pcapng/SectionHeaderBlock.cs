using System.Buffers.Binary;

namespace Adit.Wire.Pcapng;

/// <summary>What a pcapng file begins with (draft-ietf-opsawg-pcapng §4.1).</summary>
/// <remarks>
/// <code>
/// |                   Block Type = 0x0A0D0D0A                     |
/// |                      Byte-Order Magic = 0x1A2B3C4D            |
/// |          Major Version = 1    |         Minor Version = 0     |
/// |                   Section Length = -1 (64 bits)               |
/// |                      Options: comment, application            |
/// </code>
/// </remarks>
/// <param name="Application">What wrote the file; null: not told.</param>
/// <param name="Comment">Anything; null: none.</param>
public readonly record struct SectionHeaderBlock(string? Application = null, string? Comment = null) : IWireValue<SectionHeaderBlock>
{
    private const uint BlockType = 0x0a0d0d0a;
    private const uint Magic = 0x1a2b3c4d;
    private const ushort ApplicationOption = 4; // shb_userappl
    private const int FixedBody = 16;

    /// <inheritdoc/>
    public int EncodedLength => PcapngBlock.Overhead + FixedBody + PcapngBlock.Ended(PcapngBlock.TextLength(Comment) + PcapngBlock.TextLength(Application));

    /// <inheritdoc/>
    /// <returns>Unsupported: another block, byte order or version.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SectionHeaderBlock value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.Length >= 12 && BinaryPrimitives.ReadUInt32LittleEndian(source[8..]) != Magic) return DecodeStatus.Unsupported;
        DecodeStatus status = PcapngBlock.TryFrame(source, BlockType, FixedBody, out ReadOnlySpan<byte> body, out int length);
        if (status != DecodeStatus.Ok) return status;
        if (BinaryPrimitives.ReadUInt16LittleEndian(body[4..]) != 1) return DecodeStatus.Unsupported;
        string? application = null, comment = null;
        ReadOnlySpan<byte> options = body[FixedBody..];
        while (PcapngBlock.TryNextOption(ref options, out ushort code, out ReadOnlySpan<byte> text, out status))
        {
            if (code == ApplicationOption) application = PcapngBlock.Text(text);
            if (code == PcapngBlock.Comment) comment = PcapngBlock.Text(text);
        }

        if (status != DecodeStatus.Ok) return status;
        value = new SectionHeaderBlock(application, comment);
        consumed = length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        int length = EncodedLength;
        WireRoom.Require(destination, length, "section header block");
        Span<byte> block = destination[..length];
        block.Clear();
        PcapngBlock.Frame(block, BlockType);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], Magic);
        BinaryPrimitives.WriteUInt16LittleEndian(block[12..], 1);
        BinaryPrimitives.WriteInt64LittleEndian(block[16..], -1);
        int at = 24;
        at += PcapngBlock.WriteText(block[at..], PcapngBlock.Comment, Comment);
        PcapngBlock.WriteText(block[at..], ApplicationOption, Application);
        return length;
    }
}
