using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>The Maximum Segment Size option of a SYN (RFC 9293 §3.7.1), which a tunnel lowers so that TCP never sends what would not fit.</summary>
/// <remarks>Kind 2, length 4, then the size: octets of TCP payload that the sender of the option takes in one segment.</remarks>
public static class TcpMaximumSegmentSize
{
    private const byte EndOfOptions = 0;
    private const byte NoOperation = 1;
    private const byte Kind = 2;
    private const byte OptionLength = 4;

    /// <summary>Finds the option's value.</summary>
    /// <param name="segment">A TCP segment.</param>
    /// <returns>Its offset in the segment; -1 where it is absent, the segment is no SYN, or an option before it leaves the header.</returns>
    public static int Find(ReadOnlySpan<byte> segment)
    {
        if (TcpPacket.TryDecode(segment, out TcpPacket packet) != DecodeStatus.Ok || (packet.Flags & TcpFlags.Syn) == 0) return -1;
        int end = packet.HeaderLength;
        for (int at = TcpPacket.MinimumHeaderLength; at < end;)
        {
            byte kind = segment[at];
            if (kind == EndOfOptions) return -1;
            if (kind == NoOperation)
            {
                at++;
                continue;
            }

            if (at + 2 > end) return -1;
            int length = segment[at + 1];
            if (length < 2 || at + length > end) return -1;
            if (kind == Kind) return length == OptionLength ? at + 2 : -1;
            at += length;
        }

        return -1;
    }

    /// <summary>Lowers the size to a maximum and corrects the segment's checksum.</summary>
    /// <param name="segment">A TCP segment.</param>
    /// <param name="maximum">The size, in octets of TCP payload.</param>
    /// <param name="isChecksumPartial">Whether the checksum field holds only the pseudo header's sum, as with an offloaded checksum; then it stays as it is.</param>
    /// <returns>Whether anything was changed.</returns>
    public static bool Clamp(Span<byte> segment, int maximum, bool isChecksumPartial = false)
    {
        int at = Find(segment);
        if (at < 0) return false;
        ushort old = BinaryPrimitives.ReadUInt16BigEndian(segment[at..]);
        if (old <= maximum) return false;
        ushort now = (ushort)Math.Max(maximum, 1);
        BinaryPrimitives.WriteUInt16BigEndian(segment[at..], now);
        if (isChecksumPartial) return true;
        if ((at & 1) != 0) (old, now) = (BinaryPrimitives.ReverseEndianness(old), BinaryPrimitives.ReverseEndianness(now));
        Span<byte> field = segment[TcpPacket.ChecksumOffset..];
        BinaryPrimitives.WriteUInt16BigEndian(field, InternetChecksum.Update(BinaryPrimitives.ReadUInt16BigEndian(field), old, now));
        return true;
    }
}
