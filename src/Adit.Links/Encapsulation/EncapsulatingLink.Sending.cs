using Adit.Core.Links;
using Adit.Wire;
using Adit.Wire.Ip;

namespace Adit.Links.Encapsulation;

/// <content>Packets into the tunnel.</content>
public abstract partial class EncapsulatingLink
{
    // Fragments, copies for several remotes, and keepalives; made when first needed.
    private PacketBatch? _spare;
    private int _pathRemote = -1;
    private int _pathMtu;

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_gate)
        {
            _pathRemote = -1;
            for (int i = 0; i < batch.Count; i++)
            {
                ref Packet packet = ref batch[i];
                if (packet.Dropped == DropReason.None) SendOne(batch, ref packet);
            }

            batch.RemoveDropped(Counters);
            Deliver(batch);
            FlushSpare();
        }

        SendAnswers();
    }

    /// <summary>Sends a packet to one remote. From <see cref="Route"/>.</summary>
    /// <param name="batch">The packet's batch.</param>
    /// <param name="packet">The packet; afterwards it is the delivery's, or marked as dropped.</param>
    /// <param name="inner">What it is.</param>
    /// <param name="remote">The remote's number.</param>
    protected void SendTo(PacketBatch batch, ref Packet packet, in InnerPacket inner, ushort remote)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (remote >= Delivery.Remotes.Count)
        {
            packet.Drop(DropReason.NoRemote);
            return;
        }

        packet.Remote = remote;
        int overhead = Overhead;
        if (!TryNest(batch, ref packet, inner, ref overhead)) return;

        int path = PathMtu(remote);
        bool dontFragment = _options.PathMtuDiscovery || inner is { Version: 4, DontFragment: true }; // RFC 2003 §3.1; RFC 4213 §3.2.1: IPv6 alone forbids no fragments outside
        int most = (dontFragment ? path : Ipv4Header.MaximumPacketLength) - overhead - inner.NetworkOffset; // octets of IP packet
        if (inner.Version == 6 && most < Ipv6Header.MinimumMtu) (most, dontFragment) = (Ipv6Header.MinimumMtu, false); // RFC 2473 §7.1 (b)
        if (_options.Mtu is { } mtu) most = Math.Min(most, mtu);
        int length = SegmentLength(batch, packet);
        if (length - inner.NetworkOffset > most)
        {
            SendTooBig(batch, ref packet, inner, most);
            return;
        }

        if (ClampsSegmentSizeOf(batch.Octets(packet), inner)) Clamp(batch.Octets(packet), packet, inner, Math.Min(most, path - overhead - inner.NetworkOffset));
        packet.TrafficClass = EcnField.With(_options.TrafficClass ?? inner.TrafficClass, EcnField.Encapsulate(EcnField.Of(inner.TrafficClass)));
        packet.HopLimit = _options.HopLimit ?? (inner.Version == 0 ? (byte)0 : Math.Max((byte)1, inner.HopLimit));
        packet.Flags &= ~(PacketFlags.DontFragment | PacketFlags.MayFragment | PacketFlags.Flood);
        if (dontFragment) packet.Flags |= PacketFlags.DontFragment;
        else if (length + overhead > path) packet.Flags |= PacketFlags.MayFragment;
        if (!Encapsulate(batch, ref packet, inner)) packet.Drop(DropReason.NoRoom);
    }

    /// <summary>Copies a packet and sends the copy to one remote. From <see cref="Route"/>.</summary>
    /// <param name="batch">The packet's batch.</param>
    /// <param name="packet">The packet; it stays as it is.</param>
    /// <param name="inner">What it is.</param>
    /// <param name="remote">The remote's number.</param>
    protected void SendCopyTo(PacketBatch batch, in Packet packet, in InnerPacket inner, ushort remote)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (!TryAddSpare(batch.Octets(packet).Length, out Span<byte> octets))
        {
            Counters.Drop(DropReason.NoRoom);
            return;
        }

        batch.Octets(packet).CopyTo(octets);
        PacketBatch spare = _spare!;
        ref Packet copy = ref spare[spare.Count - 1];
        int moved = copy.Offset - packet.Offset;
        (copy.Segmentation, copy.SegmentSize, copy.ChecksumOffset, copy.Flags) = (packet.Segmentation, packet.SegmentSize, packet.ChecksumOffset, packet.Flags);
        (copy.NetworkStart, copy.TransportStart) = (packet.NetworkStart + moved, packet.TransportStart + moved);
        SendTo(spare, ref copy, inner, remote);
    }

    /// <summary>Sends what the tunnel itself has to say, to the first remote. From any thread.</summary>
    /// <param name="payload">The whole delivery payload, or a packet that is still to be wrapped.</param>
    /// <param name="isPacket">Which of both.</param>
    /// <param name="trafficClass">TOS of the delivery header.</param>
    protected void SendControl(ReadOnlySpan<byte> payload, bool isPacket, byte trafficClass)
    {
        lock (_gate)
        {
            if (Volatile.Read(ref _disposed) != 0 || !TryAddSpare(payload.Length, out Span<byte> octets)) return;
            payload.CopyTo(octets);
            PacketBatch spare = _spare!;
            ref Packet packet = ref spare[spare.Count - 1];
            packet.TrafficClass = trafficClass;
            if (isPacket)
            {
                DropReason reason = InnerPacket.TryDescribe(payload, Properties.Medium, out InnerPacket inner);
                if (reason == DropReason.None && !Encapsulate(spare, ref packet, inner)) reason = DropReason.NoRoom;
                packet.Dropped = reason;
            }

            FlushSpare();
        }
    }

    private void SendOne(PacketBatch batch, ref Packet packet)
    {
        ReadOnlySpan<byte> octets = batch.Octets(packet);
        DropReason reason = InnerPacket.TryDescribe(octets, Properties.Medium, out InnerPacket inner);
        if (reason == DropReason.None && !Carries(inner)) reason = DropReason.Unsupported;
        if (reason == DropReason.None && !packet.IsPlain && !Properties.TakesSegmentation) reason = DropReason.Unsupported;
        if (reason == DropReason.None && inner.Version != 0 && NestingGuard.IsLoop(octets[inner.NetworkOffset..], _own, _options.MaximumNesting)) reason = DropReason.Loop;
        if (reason == DropReason.None) Route(batch, ref packet, inner);
        else packet.Drop(reason);
    }

    /// <summary>The tunnel encapsulation limit of RFC 2473 §4.1.1, which IPv6 packets carry on to the next tunnel.</summary>
    private bool TryNest(PacketBatch batch, ref Packet packet, in InnerPacket inner, ref int overhead)
    {
        if (inner.Version != 6 || !_own.IsIpv6 || _own.IsUdp || inner.Protocol is IpProtocol.Tcp or IpProtocol.Udp or IpProtocol.Icmpv6) return true;
        ReadOnlySpan<byte> octets = batch.Octets(packet)[inner.NetworkOffset..];
        if (Ipv6Packet.TryDecode(octets, out Ipv6Packet six) != DecodeStatus.Ok || six.TryFindUpperLayer(out Ipv6UpperLayer upper) != DecodeStatus.Ok
            || upper.EncapsulationLimitOffset < 0)
        {
            return true;
        }

        byte limit = octets[upper.EncapsulationLimitOffset];
        if (limit == 0)
        {
            AnswerLimitExceeded(batch, packet, inner, (uint)upper.EncapsulationLimitOffset);
            packet.Drop(DropReason.Loop);
            return false;
        }

        packet.NestingLimit = limit; // limit - 1, plus 1
        if (Delivery.HeaderLength == Ipv6Header.Length) overhead += TunnelEncapsulationLimit.Length;
        return true;
    }

    private int PathMtu(ushort remote)
    {
        if (_pathRemote != remote) (_pathRemote, _pathMtu) = (remote, Delivery.PathMtu(remote));
        return _pathMtu;
    }

    /// <summary>Octets of the longest packet on the wire that a packet becomes, link header included.</summary>
    private static int SegmentLength(PacketBatch batch, in Packet packet)
    {
        if (packet.Segmentation == SegmentationKind.None) return packet.Length;
        int transport = packet.TransportStart - packet.Offset;
        ReadOnlySpan<byte> octets = batch.Octets(packet);
        if (transport < 0 || transport + TcpPacket.MinimumHeaderLength > octets.Length) return packet.Length;
        int header = packet.Segmentation == SegmentationKind.Udp ? UdpHeader.HeaderLength : (octets[transport + 12] >> 4) * 4;
        return Math.Min(packet.Length, transport + header + packet.SegmentSize);
    }

    /// <summary>Whether a packet is a SYN whose segment size is to be lowered.</summary>
    private bool ClampsSegmentSizeOf(ReadOnlySpan<byte> octets, in InnerPacket inner) =>
        _options.ClampsSegmentSize && inner.Protocol == IpProtocol.Tcp && inner.UpperOffset + 13 < octets.Length && (octets[inner.UpperOffset + 13] & (int)TcpFlags.Syn) != 0;

    private static void Clamp(Span<byte> octets, in Packet packet, in InnerPacket inner, int mtu)
    {
        int headers = (inner.Version == 6 ? Ipv6Header.Length : Ipv4Header.MinimumLength) + TcpPacket.MinimumHeaderLength; // RFC 6691 §2: without options
        TcpMaximumSegmentSize.Clamp(octets[inner.UpperOffset..(inner.NetworkOffset + inner.IpLength)], mtu - headers, (packet.Flags & PacketFlags.ChecksumPartial) != 0);
    }

    private static int Segments(PacketBatch batch, in Packet packet)
    {
        if (packet.Segmentation == SegmentationKind.None || packet.SegmentSize == 0) return 1;
        int headers = Math.Max(0, SegmentLength(batch, packet) - packet.SegmentSize);
        return Math.Max(1, (packet.Length - headers + packet.SegmentSize - 1) / packet.SegmentSize);
    }

    private bool TryAddSpare(int length, out Span<byte> octets)
    {
        octets = default;
        if (length > PacketBatch.MaximumPacket) return false;
        _spare ??= new PacketBatch(buffers: 16, packets: 16);
        if (_spare.Count == _spare.Capacity || _spare.BuffersLeft == 0) FlushSpare();
        if (!_spare.TryTakeBuffer(out int floor, out int start, out int ceiling)) return false;
        _spare.Add(new Packet { Offset = start, Length = length, Floor = floor, Ceiling = ceiling, NetworkStart = start });
        octets = _spare.Memory.AsSpan(start, length);
        return true;
    }

    private void FlushSpare()
    {
        if (_spare is null || _spare.Count == 0) return;
        _spare.RemoveDropped(Counters);
        Deliver(_spare);
        _spare.Clear();
    }

    private void Deliver(PacketBatch batch)
    {
        if (batch.Count == 0) return;
        long octets = 0, segments = 0;
        foreach (ref readonly Packet packet in batch.Packets)
        {
            octets += packet.Length;
            segments += Segments(batch, packet);
        }

        Counters.Sent(batch.Count, octets, 1, segments);
        Delivery.Send(batch);
    }
}
