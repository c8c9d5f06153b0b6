using System.Buffers.Binary;
using Adit.Core;
using Adit.Core.Links;

namespace Adit.Ssh.Tunnels;

/// <summary>What goes out: added by the pump's thread, taken by the connection's send loop.</summary>
public sealed partial class SshTunnelLink
{
    /// <summary>Ours: bulk that waits; four milliseconds of it at 2 Gbit/s. Half of it was measured to lose twice as much of one TCP stream, at the same rate; sparse packets do not wait for it.</summary>
    private const int BulkOctets = 1024 * 1024;

    /// <summary>Ours: packets of sparse flows that wait.</summary>
    private const int SparseOctets = 64 * 1024;

    private readonly TunnelQueue _bulk = new(BulkOctets, 1024);
    private readonly TunnelQueue _sparse = new(SparseOctets, 256);
    private readonly int[] _bulkOfFlow = new int[TunnelFlow.Count];
    private readonly PacketSegmenter _segmenter = new();
    private bool _isCut; // whether the first packet of bulk lies in segments
    private int _segment; // the segment that is next
    private int _sentPackets;
    private long _sentOctets;
    private int _sentSegments;

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (_ended) throw _failure ?? new TunnelException(TunnelError.Closed, $"{Name}: closed by the other side");
        foreach (ref Packet packet in batch.Packets)
        {
            if (packet.Dropped == DropReason.None) Enqueue(batch, ref packet);
            if (packet.Dropped != DropReason.None) Counters.Drop(packet.Dropped);
        }

        _channel.WakeFromTunnel();
    }

    /// <summary>What is to be sent next. Send loop.</summary>
    /// <param name="length">Octets of the message's data.</param>
    /// <param name="isBulk">Whether it has to leave room for others.</param>
    /// <returns>Whether there is something.</returns>
    internal bool TryNext(out int length, out bool isBulk)
    {
        while (true)
        {
            isBulk = _sparse.IsEmpty;
            TunnelQueue queue = isBulk ? _bulk : _sparse;
            if (queue.IsEmpty)
            {
                length = 0;
                return false;
            }

            ref Packet packet = ref queue.First;
            if (packet.Segmentation != SegmentationKind.None)
            {
                if (!_isCut && !(_isCut = _segmenter.TryCut(queue.Memory, packet))) packet.Drop(DropReason.BadHeader);
                PacketSegment segment = _isCut ? _segmenter.Segments[_segment] : default;
                length = segment.HeaderLength + segment.PayloadLength;
            }
            else
            {
                if (!PacketSegmenter.TryCompleteChecksum(queue.Memory, ref packet)) packet.Drop(DropReason.BadHeader);
                length = packet.Length;
            }

            if (_hasFamily) length += FamilyLength;
            if (packet.Dropped == DropReason.None) return true;
            DropFirst(queue);
        }
    }

    /// <summary>The peer takes no message as long as the next. Send loop.</summary>
    internal void DropNext(bool isBulk)
    {
        TunnelQueue queue = isBulk ? _bulk : _sparse;
        queue.First.Drop(DropReason.TooBig);
        DropFirst(queue);
    }

    /// <summary>Writes what is next, and forgets it. Send loop.</summary>
    /// <param name="data">The place of the message's data.</param>
    /// <param name="isBulk">As <see cref="TryNext"/> told.</param>
    internal void TakeNext(Span<byte> data, bool isBulk)
    {
        TunnelQueue queue = isBulk ? _bulk : _sparse;
        ref Packet packet = ref queue.First;
        Span<byte> at = _hasFamily ? data[FamilyLength..] : data;
        if (packet.Segmentation != SegmentationKind.None)
        {
            PacketSegment segment = _segmenter.Segments[_segment++];
            _segmenter.Scratch.AsSpan(segment.HeaderOffset, segment.HeaderLength).CopyTo(at);
            queue.Memory.AsSpan(segment.PayloadOffset, segment.PayloadLength).CopyTo(at[segment.HeaderLength..]);
        }
        else
        {
            queue.Memory.AsSpan(packet.Offset, packet.Length).CopyTo(at);
        }

        if (_hasFamily) BinaryPrimitives.WriteUInt32BigEndian(data, at[0] >> 4 == 4 ? FamilyIpv4 : FamilyIpv6);
        _sentSegments++;
        if (packet.Segmentation != SegmentationKind.None && _segment < _segmenter.Count) return;
        _sentPackets++;
        _sentOctets += packet.Length;
        Forget(queue);
    }

    /// <summary>A visit of the send loop's is over.</summary>
    internal void CountSent()
    {
        if (_sentSegments == 0) return;
        Counters.Sent(_sentPackets, _sentOctets, 1, _sentSegments);
        _sentPackets = _sentSegments = 0;
        _sentOctets = 0;
    }

    private void Enqueue(PacketBatch batch, ref Packet packet)
    {
        ReadOnlySpan<byte> octets = batch.Octets(packet);
        if (octets.IsEmpty || (_hasFamily && octets[0] >> 4 is not (4 or 6)))
        {
            packet.Drop(DropReason.Unsupported);
            return;
        }

        bool isWhole = packet.Segmentation == SegmentationKind.None;
        if (isWhole && packet.Length > Properties.SendLimit)
        {
            packet.Drop(DropReason.TooBig);
            return;
        }

        ushort flow = TunnelFlow.Of(octets, Properties.Medium);
        packet.Remote = flow;
        // Where bulk of the flow waits, the packet must not overtake it.
        if (isWhole && Volatile.Read(ref _bulkOfFlow[flow]) == 0 && _sparse.TryAdd(packet, octets)) return;
        Interlocked.Increment(ref _bulkOfFlow[flow]);
        if (_bulk.TryAdd(packet, octets)) return;
        Interlocked.Decrement(ref _bulkOfFlow[flow]);
        packet.Drop(DropReason.NoRoom);
    }

    private void DropFirst(TunnelQueue queue)
    {
        Counters.Drop(queue.First.Dropped);
        Forget(queue);
    }

    private void Forget(TunnelQueue queue)
    {
        if (queue == _bulk)
        {
            Interlocked.Decrement(ref _bulkOfFlow[queue.First.Remote]);
            (_isCut, _segment) = (false, 0);
        }

        queue.RemoveFirst();
    }
}
