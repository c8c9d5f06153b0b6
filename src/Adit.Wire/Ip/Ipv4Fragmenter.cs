using System.Buffers.Binary;

namespace Adit.Wire.Ip;

/// <summary>Splits an IPv4 packet into fragments (RFC 791 §2.3, §3.2), each into a span that the caller gives.</summary>
/// <remarks>
/// All fragments but the last hold as many whole blocks of 8 octets as fit. Options whose "copied" flag is set stand in every fragment, the others in the
/// first alone (RFC 791 §3.1). A fragment may be split again: its offset and its MF flag are kept.
/// </remarks>
public ref struct Ipv4Fragmenter
{
    private const int CopiedFlag = 0x80;
    private const byte EndOfOptions = 0;
    private const byte NoOperation = 1;
    private const int Block = 8;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _headerLength;
    private readonly int _mtu;
    private int _sent;

    private Ipv4Fragmenter(ReadOnlySpan<byte> packet, int headerLength, int mtu)
    {
        _packet = packet;
        _headerLength = headerLength;
        _mtu = mtu;
    }

    /// <summary>Begins.</summary>
    /// <param name="packet">A whole packet.</param>
    /// <param name="mtu">Octets of a fragment at most.</param>
    /// <param name="fragmenter">What gives the fragments, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    /// <returns>BadValue: DF is set, or the payload goes past what IPv4 can hold; BadLength: the MTU holds no block of 8 octets. Else the packet's own status.</returns>
    public static DecodeStatus TryCreate(ReadOnlySpan<byte> packet, int mtu, out Ipv4Fragmenter fragmenter)
    {
        fragmenter = default;
        DecodeStatus status = Ipv4Packet.TryDecode(packet, out Ipv4Packet view);
        if (status != DecodeStatus.Ok) return status;
        if (view.DontFragment) return DecodeStatus.BadValue;
        if (view.FragmentOffset + view.Payload.Length > Ipv4Header.MaximumPacketLength - view.HeaderLength) return DecodeStatus.BadValue;
        if (view.MoreFragments && view.Payload.Length % Block != 0) return DecodeStatus.BadValue; // §3.2: only the last may be odd
        if (mtu < view.HeaderLength + Block) return DecodeStatus.BadLength;
        fragmenter = new Ipv4Fragmenter(view.Octets, view.HeaderLength, mtu);
        return DecodeStatus.Ok;
    }

    /// <summary>Writes the next fragment.</summary>
    /// <param name="destination">At least as many octets as the MTU.</param>
    /// <param name="written">Octets written.</param>
    /// <returns>False: there is none left.</returns>
    public bool TryNext(scoped Span<byte> destination, out int written)
    {
        written = 0;
        int payload = _packet.Length - _headerLength;
        bool isFirst = _sent == 0;
        if (_packet.IsEmpty || (!isFirst && _sent >= payload)) return false;
        int header = isFirst ? CopyWhole(destination) : CopyLater(destination);
        int piece = payload - _sent;
        bool isLast = header + piece <= _mtu;
        if (!isLast) piece = (_mtu - header) & ~(Block - 1);
        int flags = BinaryPrimitives.ReadUInt16BigEndian(_packet[6..]);
        int offset = (flags & 0x1fff) + (_sent / Block);
        int more = isLast ? flags & Ipv4Packet.MoreFragmentsBit : Ipv4Packet.MoreFragmentsBit;
        written = header + piece;
        destination[0] = (byte)(0x40 | (header / 4));
        BinaryPrimitives.WriteUInt16BigEndian(destination[2..], (ushort)written);
        BinaryPrimitives.WriteUInt16BigEndian(destination[6..], (ushort)((flags & 0x8000) | more | offset));
        destination[10] = destination[11] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(destination[10..], InternetChecksum.Compute(destination[..header]));
        _packet.Slice(_headerLength + _sent, piece).CopyTo(destination[header..]);
        _sent += piece;
        if (payload == 0) _sent = 1; // an empty packet is one fragment
        return true;
    }

    private readonly int CopyWhole(scoped Span<byte> destination)
    {
        _packet[.._headerLength].CopyTo(destination);
        return _headerLength;
    }

    private readonly int CopyLater(scoped Span<byte> destination)
    {
        _packet[..Ipv4Header.MinimumLength].CopyTo(destination);
        ReadOnlySpan<byte> options = _packet[Ipv4Header.MinimumLength.._headerLength];
        int to = Ipv4Header.MinimumLength;
        for (int at = 0; at < options.Length && options[at] != EndOfOptions;)
        {
            if (options[at] == NoOperation)
            {
                at++;
                continue;
            }

            if (at + 2 > options.Length || options[at + 1] < 2 || at + options[at + 1] > options.Length) break;
            ReadOnlySpan<byte> option = options.Slice(at, options[at + 1]);
            if ((option[0] & CopiedFlag) != 0)
            {
                option.CopyTo(destination[to..]);
                to += option.Length;
            }

            at += option.Length;
        }

        while (to % 4 != 0) destination[to++] = EndOfOptions;
        return to;
    }
}
