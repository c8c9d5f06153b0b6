using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Wire.Ip;

namespace Adit.Links.Encapsulation;

/// <content>Packets out of the tunnel.</content>
public abstract partial class EncapsulatingLink
{
    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        while (true)
        {
            if (Delivery.Receive(batch) == 0) return 0;
            long octets = 0;
            foreach (ref Packet packet in batch.Packets)
            {
                if (packet.Dropped == DropReason.None) ReceiveOne(batch, ref packet);
                if (packet.Dropped == DropReason.None) octets += packet.Length;
            }

            batch.RemoveDropped(Counters);
            if (batch.Count > 0)
            {
                Counters.Received(batch.Count, octets, 1, batch.Count);
                return batch.Count;
            }

            batch.Clear();
        }
    }

    private void ReceiveOne(PacketBatch batch, ref Packet packet)
    {
        DropReason reason = packet.Remote == IDelivery.UnknownRemote ? DropReason.WrongSource : Decapsulate(batch, ref packet);
        if (reason == DropReason.None) reason = Accept(batch, ref packet);
        if (reason == DropReason.None) reason = Received(packet, batch.Octets(packet));
        if (reason != DropReason.None) packet.Drop(reason);
    }

    private DropReason Accept(PacketBatch batch, ref Packet packet)
    {
        DropReason reason = InnerPacket.TryDescribe(batch.Octets(packet), Properties.Medium, out InnerPacket inner);
        if (reason != DropReason.None) return reason;
        if (!Carries(inner)) return DropReason.Unsupported;
        packet.NetworkStart = packet.Offset + inner.NetworkOffset;
        if (inner.Version == 0) return DropReason.None;
        if (Properties.Medium == Medium.Ip)
        {
            packet.Length = inner.IpLength; // RFC 4213 §3.6: what follows is padding
            reason = AcceptIp(batch.Octets(packet), inner);
            if (reason != DropReason.None) return reason;
        }

        Span<byte> ip = batch.Octets(packet)[inner.NetworkOffset..];
        if (!EcnField.TryDecapsulate(EcnField.Of(inner.TrafficClass), EcnField.Of(packet.TrafficClass), out Ecn ecn)) return DropReason.Congestion;
        if (ecn != EcnField.Of(inner.TrafficClass))
        {
            if (inner.Version == 4) Ipv4Packet.SetTrafficClass(ip, EcnField.With(inner.TrafficClass, ecn));
            else Ipv6Packet.SetTrafficClass(ip, EcnField.With(inner.TrafficClass, ecn));
        }

        if (NestingGuard.IsLoop(ip, null, _options.MaximumNesting)) return DropReason.Loop;
        packet.Flags = PacketFlags.None;
        if (ClampsSegmentSizeOf(batch.Octets(packet), inner))
            Clamp(batch.Octets(packet), packet, inner, Math.Min(_options.Mtu ?? int.MaxValue, Delivery.PathMtu(packet.Remote) - Overhead - inner.NetworkOffset));
        return DropReason.None;
    }

    private DropReason AcceptIp(ReadOnlySpan<byte> octets, in InnerPacket inner)
    {
        if (inner.Version == 4)
        {
            if (!InternetChecksum.IsValid(octets[..inner.UpperOffset])) return DropReason.BadChecksum;
            return _sources.Accepts(Ipv4Address.Read(octets[12..])) ? DropReason.None : DropReason.SpoofedSource;
        }

        return _sources.Accepts(Ipv6Address.Read(octets[8..])) ? DropReason.None : DropReason.SpoofedSource;
    }
}
