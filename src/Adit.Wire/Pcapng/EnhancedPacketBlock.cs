using System.Buffers.Binary;

namespace Adit.Wire.Pcapng;

/// <summary>One captured packet (draft-ietf-opsawg-pcapng §4.3).</summary>
/// <remarks>
/// <code>
/// |                   Block Type = 6                              |
/// |                         Interface ID                          |
/// |                        Timestamp (high)                       |
/// |                        Timestamp (low)                        |
/// |                    Captured Packet Length                     |
/// |                    Original Packet Length                     |
/// ~               Packet Data, padded to 32 bits                  ~
/// |       Options: comment, epb_flags (direction)                 |
/// </code>
/// </remarks>
/// <param name="InterfaceId">The number of the interface description, from 0 in the order of the file.</param>
/// <param name="Timestamp">Nanoseconds since 1970 in UTC.</param>
/// <param name="Data">The octets kept.</param>
/// <param name="OriginalLength">Octets that the packet had, at least those kept.</param>
/// <param name="Direction">Which way it went.</param>
/// <param name="Comment">Anything; null: none.</param>
public readonly record struct EnhancedPacketBlock(
    uint InterfaceId, ulong Timestamp, ReadOnlyMemory<byte> Data, uint OriginalLength, PcapngDirection Direction = PcapngDirection.Unknown, string? Comment = null)
    : IWireValue<EnhancedPacketBlock>
{
    private const uint BlockType = 6;
    private const ushort FlagsOption = 2; // epb_flags
    private const int FixedBody = 20;
    private const int DataOffset = 8 + FixedBody;

    /// <inheritdoc/>
    public int EncodedLength => LengthFor(Data.Length, Direction, Comment);

    /// <summary>Octets of a block.</summary>
    /// <param name="dataLength">Octets kept of the packet.</param>
    /// <param name="direction">Which way it went.</param>
    /// <param name="comment">A comment.</param>
    public static int LengthFor(int dataLength, PcapngDirection direction, string? comment = null) =>
        PcapngBlock.Overhead + FixedBody + PcapngBlock.Padded(dataLength)
        + PcapngBlock.Ended(PcapngBlock.TextLength(comment) + (direction == PcapngDirection.Unknown ? 0 : PcapngBlock.OptionLength(4)));

    /// <summary>Writes a block straight from a packet; without a comment it allocates nothing.</summary>
    /// <param name="destination">At least <see cref="LengthFor"/> octets.</param>
    /// <param name="interfaceId">The number of the interface description.</param>
    /// <param name="timestamp">Nanoseconds since 1970 in UTC.</param>
    /// <param name="data">The octets kept.</param>
    /// <param name="originalLength">Octets that the packet had.</param>
    /// <param name="direction">Which way it went.</param>
    /// <param name="comment">A comment.</param>
    /// <returns>Octets written.</returns>
    public static int Write(
        Span<byte> destination, uint interfaceId, ulong timestamp, ReadOnlySpan<byte> data, uint originalLength, PcapngDirection direction, string? comment = null)
    {
        int length = LengthFor(data.Length, direction, comment);
        WireRoom.Require(destination, length, "enhanced packet block");
        Span<byte> block = destination[..length];
        PcapngBlock.Frame(block, BlockType);
        BinaryPrimitives.WriteUInt32LittleEndian(block[8..], interfaceId);
        BinaryPrimitives.WriteUInt32LittleEndian(block[12..], (uint)(timestamp >> 32));
        BinaryPrimitives.WriteUInt32LittleEndian(block[16..], (uint)timestamp);
        BinaryPrimitives.WriteUInt32LittleEndian(block[20..], (uint)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(block[24..], originalLength);
        data.CopyTo(block[DataOffset..]);
        block[(DataOffset + data.Length)..^4].Clear();
        int at = DataOffset + PcapngBlock.Padded(data.Length);
        at += PcapngBlock.WriteText(block[at..], PcapngBlock.Comment, comment);
        if (direction != PcapngDirection.Unknown) PcapngBlock.WriteOption(block[at..], FlagsOption, [(byte)direction, 0, 0, 0]);
        return length;
    }

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out EnhancedPacketBlock value, out int consumed)
    {
        value = default;
        consumed = 0;
        DecodeStatus status = PcapngBlock.TryFrame(source, BlockType, FixedBody, out ReadOnlySpan<byte> body, out int length);
        if (status != DecodeStatus.Ok) return status;
        uint kept = BinaryPrimitives.ReadUInt32LittleEndian(body[12..]);
        uint original = BinaryPrimitives.ReadUInt32LittleEndian(body[16..]);
        if (kept > body.Length - FixedBody || PcapngBlock.Padded((int)kept) > body.Length - FixedBody || kept > original) return DecodeStatus.BadLength;
        var direction = PcapngDirection.Unknown;
        string? comment = null;
        ReadOnlySpan<byte> options = body[(FixedBody + PcapngBlock.Padded((int)kept))..];
        while (PcapngBlock.TryNextOption(ref options, out ushort code, out ReadOnlySpan<byte> field, out status))
        {
            if (code == PcapngBlock.Comment) comment = PcapngBlock.Text(field);
            if (code == FlagsOption && field.Length == 4 && (field[0] & 3) != 3) direction = (PcapngDirection)(field[0] & 3);
        }

        if (status != DecodeStatus.Ok) return status;
        ulong time = ((ulong)BinaryPrimitives.ReadUInt32LittleEndian(body[4..]) << 32) | BinaryPrimitives.ReadUInt32LittleEndian(body[8..]);
        value = new EnhancedPacketBlock(
            BinaryPrimitives.ReadUInt32LittleEndian(body), time, body.Slice(FixedBody, (int)kept).ToArray(), original, direction, comment);
        consumed = length;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => Write(destination, InterfaceId, Timestamp, Data.Span, OriginalLength, Direction, Comment);
}
