using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Links.Encapsulation;
using Adit.Wire;
using Adit.Wire.EtherIp;
using Adit.Wire.Ip;

namespace Adit.Links.EtherIp;

/// <summary>Ethernet within IP (RFC 3378): frames behind two constant octets, IP protocol 97.</summary>
public sealed class EtherIpLink : EncapsulatingLink
{
    /// <summary>Makes a tunnel.</summary>
    /// <param name="delivery">IP protocol 97; owned.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public EtherIpLink(IDelivery delivery, EtherIpOptions options, TimeProvider? time = null)
        : base(delivery, options, Medium.Ethernet, IpProtocol.EtherIp, EtherIpHeader.Length, takesSegmentation: true, time)
    {
    }

    /// <inheritdoc/>
    public override string Name => $"etherip to {(Delivery.Remotes.Count > 0 ? Text(Delivery.Remotes[0]) : "nobody")}";

    /// <inheritdoc/>
    protected override bool Encapsulate(PacketBatch batch, ref Packet packet, in InnerPacket inner)
    {
        if (!batch.TryPrepend(ref packet, EtherIpHeader.Length, out Span<byte> header)) return false;
        default(EtherIpHeader).Encode(header);
        return true;
    }

    /// <inheritdoc/>
    protected override DropReason Decapsulate(PacketBatch batch, ref Packet packet)
    {
        DecodeStatus status = EtherIpHeader.TryDecode(batch.Octets(packet), out _, out int consumed);
        if (status != DecodeStatus.Ok) return status == DecodeStatus.Truncated ? DropReason.Truncated : DropReason.BadHeader;
        packet.RemoveFront(consumed);
        return DropReason.None;
    }
}
