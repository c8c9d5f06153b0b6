using Adit.Core.Links;
using Adit.Wire;
using Adit.Wire.Ethernet;
using Adit.Wire.Ip;

namespace Adit.Links.Encapsulation;

/// <content>Packets that do not fit: fragments, and answers to their senders.</content>
public abstract partial class EncapsulatingLink
{
    // Ours: answers gathered at most while one batch is sent; the limiter's burst is of the same order.
    private const int MostAnswers = 32;

    private PacketBatch? _answers;
    private PacketBatch? _segments;
    private PacketSegmenter? _segmenter;

    /// <param name="batch">The packet's batch.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="inner">What it is.</param>
    /// <param name="mtu">The longest IP packet that passes.</param>
    private void SendTooBig(PacketBatch batch, ref Packet packet, in InnerPacket inner, int mtu)
    {
        if (inner is { Version: 4, DontFragment: false } && mtu >= Ipv4Header.MinimumMtu)
        {
            packet.Drop(SendFragments(batch, ref packet, inner, mtu));
            return;
        }

        ReadOnlySpan<byte> offending = batch.Octets(packet)[inner.NetworkOffset..];
        if (inner.Version != 0 && TryTakeAnswer(out Span<byte> room))
        {
            int length = 0;
            if (inner.Version == 4 && Ipv4Packet.TryDecodeQuoted(offending, out Ipv4Packet four) == DecodeStatus.Ok)
                length = Icmpv4Error.WriteFragmentationNeeded(room, four, four.Destination, mtu);
            else if (inner.Version == 6 && mtu >= Ipv6Header.MinimumMtu && Ipv6Packet.TryDecodeQuoted(offending, out Ipv6Packet six) == DecodeStatus.Ok && !six.Destination.IsMulticast)
                length = Icmpv6Error.WritePacketTooBig(room, six, six.Destination, mtu);
            AddAnswer(batch.Octets(packet), inner, length);
        }

        packet.Drop(DropReason.TooBig);
    }

    private void AnswerLimitExceeded(PacketBatch batch, in Packet packet, in InnerPacket inner, uint pointer)
    {
        // RFC 2473 §6.7, RFC 4443 §3.4: code 0, at the option's value.
        if (Ipv6Packet.TryDecodeQuoted(batch.Octets(packet)[inner.NetworkOffset..], out Ipv6Packet six) != DecodeStatus.Ok || six.Destination.IsMulticast) return;
        if (!TryTakeAnswer(out Span<byte> room)) return;
        AddAnswer(batch.Octets(packet), inner, Icmpv6Error.WriteParameterProblem(room, six, six.Destination, 0, pointer));
    }

    /// <summary>
    /// Splits an IPv4 packet before it is wrapped (RFC 791 §2.3). A super-packet is cut first; each fragment is sent as a packet of its own.
    /// </summary>
    /// <returns>What the whole packet is marked with.</returns>
    private DropReason SendFragments(PacketBatch batch, ref Packet packet, in InnerPacket inner, int mtu)
    {
        if (packet.Segmentation == SegmentationKind.None)
        {
            if (!PacketSegmenter.TryCompleteChecksum(batch.Memory, ref packet)) return DropReason.BadHeader;
            return SendFragmentsOf(batch.Octets(packet), inner.NetworkOffset, packet.Remote, mtu);
        }

        _segmenter ??= new PacketSegmenter();
        _segments ??= new PacketBatch(PacketSegmenter.MaximumSegments, PacketSegmenter.MaximumSegments);
        _segments.Clear();
        if (!_segmenter.TryCut(batch.Memory, packet)) return DropReason.BadHeader;
        foreach (ref readonly PacketSegment segment in _segmenter.Segments)
        {
            if (!_segments.TryTakeBuffer(out int floor, out int start, out int ceiling)) return DropReason.NoRoom;
            _segmenter.Scratch.AsSpan(segment.HeaderOffset, segment.HeaderLength).CopyTo(_segments.Memory.AsSpan(start));
            batch.Memory.AsSpan(segment.PayloadOffset, segment.PayloadLength).CopyTo(_segments.Memory.AsSpan(start + segment.HeaderLength));
            _segments.Add(new Packet { Offset = start, Length = segment.Length, Floor = floor, Ceiling = ceiling });
        }

        DropReason result = DropReason.Consumed;
        for (int i = 0; i < _segments.Count && result == DropReason.Consumed; i++)
            result = SendFragmentsOf(_segments.Octets(_segments[i]), inner.NetworkOffset, packet.Remote, mtu);
        return result;
    }

    private DropReason SendFragmentsOf(ReadOnlySpan<byte> octets, int networkOffset, ushort remote, int mtu)
    {
        ReadOnlySpan<byte> link = octets[..networkOffset];
        if (Ipv4Fragmenter.TryCreate(octets[networkOffset..], mtu, out Ipv4Fragmenter fragmenter) != DecodeStatus.Ok) return DropReason.TooBig;
        while (true)
        {
            if (!TryAddSpare(networkOffset + mtu, out Span<byte> room)) return DropReason.NoRoom;
            PacketBatch spare = _spare!;
            ref Packet fragment = ref spare[spare.Count - 1];
            if (!fragmenter.TryNext(room[networkOffset..], out int written))
            {
                spare.RemoveLast();
                return DropReason.Consumed;
            }

            link.CopyTo(room);
            fragment.Length = networkOffset + written;
            if (InnerPacket.TryDescribe(spare.Octets(fragment), Properties.Medium, out InnerPacket inner) == DropReason.None) SendTo(spare, ref fragment, inner, remote);
            else fragment.Drop(DropReason.BadHeader);
        }
    }

    private bool TryTakeAnswer(out Span<byte> room)
    {
        room = default;
        if (_sender is null || _options.AnswersPerSecond == 0) return false;
        _answers ??= new PacketBatch(MostAnswers, MostAnswers);
        if (_answers.Count == MostAnswers || !_limiter.TryTake() || !_answers.TryTakeBuffer(out int floor, out int start, out int ceiling)) return false;
        _answers.Add(new Packet { Offset = start, Floor = floor, Ceiling = ceiling, NetworkStart = start });
        room = _answers.Memory.AsSpan(start, Icmpv6Error.MaximumLength);
        return true;
    }

    /// <summary>Completes the answer that was taken last; a frame's goes back to where the frame came from.</summary>
    private void AddAnswer(ReadOnlySpan<byte> offending, in InnerPacket inner, int length)
    {
        PacketBatch answers = _answers!;
        ref Packet answer = ref answers[answers.Count - 1];
        answer.Length = length;
        if (length == 0)
        {
            answers.RemoveLast();
            answers.ReturnBuffers(1);
            return;
        }

        if (Properties.Medium != Medium.Ethernet) return;
        answers.TryPrepend(ref answer, inner.NetworkOffset, out Span<byte> header);
        offending[..inner.NetworkOffset].CopyTo(header); // VLAN tags and type stay
        MacAddress.Read(offending[6..]).Write(header);
        MacAddress destination = MacAddress.Read(offending);
        (destination.IsGroup ? default : destination).Write(header[6..]);
    }

    private void SendAnswers()
    {
        if (_answers is null || _answers.Count == 0) return;
        _sender?.Answer(_answers);
        _answers.Clear();
    }
}
