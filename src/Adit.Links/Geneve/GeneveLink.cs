using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Links.Encapsulation;
using Adit.Wire;
using Adit.Wire.Ethernet;
using Adit.Wire.Geneve;

namespace Adit.Links.Geneve;

/// <summary>One segment of GENEVE (RFC 8926) over UDP, to one remote or several. It sends no options; those that arrive are skipped, and a critical one, since none is known here, drops its packet.</summary>
public sealed class GeneveLink : ForwardingLink
{
    private readonly GeneveOptions _options;

    /// <summary>Makes a tunnel.</summary>
    /// <param name="delivery">UDP, port 6081; owned.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public GeneveLink(IDelivery delivery, GeneveOptions options, TimeProvider? time = null)
        : base(delivery, options, (options ?? throw new ArgumentNullException(nameof(options))).Medium, GeneveHeader.MinimumLength, time)
    {
        if (options.NetworkIdentifier > GeneveHeader.MaximumNetworkIdentifier)
            throw new ArgumentException($"geneve: network identifier: expected at most {GeneveHeader.MaximumNetworkIdentifier}, got {options.NetworkIdentifier}", nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public override string Name => $"geneve {_options.NetworkIdentifier} on {Text(Delivery.Local)}";

    /// <inheritdoc/>
    protected override bool Carries(in InnerPacket inner) => _options.Medium == Medium.Ethernet || inner.Version != 0;

    /// <inheritdoc/>
    protected override bool Encapsulate(PacketBatch batch, ref Packet packet, in InnerPacket inner)
    {
        if (!batch.TryPrepend(ref packet, GeneveHeader.MinimumLength, out Span<byte> header)) return false;
        EtherType type = _options.Medium == Medium.Ethernet ? EtherType.TransparentEthernetBridging : inner.Version == 4 ? EtherType.Ipv4 : EtherType.Ipv6;
        new GeneveHeader(_options.NetworkIdentifier, type).Encode(header);
        return true;
    }

    /// <inheritdoc/>
    protected override DropReason Decapsulate(PacketBatch batch, ref Packet packet)
    {
        DecodeStatus status = GenevePacket.TryDecode(batch.Octets(packet), out GenevePacket geneve);
        if (status != DecodeStatus.Ok) return status == DecodeStatus.Truncated ? DropReason.Truncated : DropReason.BadHeader;
        if (geneve.NetworkIdentifier != _options.NetworkIdentifier) return DropReason.WrongKey;
        if (geneve.IsControl) return DropReason.Unsupported; // RFC 8926 §3.4: a control message is not forwarded
        if (geneve.HasCriticalOptions || geneve.HasCriticalOption()) return DropReason.Unsupported; // §3.5: unknown, so the packet is dropped
        if (_options.Medium == Medium.Ethernet)
        {
            if (geneve.ProtocolType != EtherType.TransparentEthernetBridging) return DropReason.Unsupported;
        }
        else
        {
            if (geneve.ProtocolType is not (EtherType.Ipv4 or EtherType.Ipv6)) return DropReason.Unsupported;
            if (geneve.Payload.IsEmpty) return DropReason.Truncated;
            if (geneve.Payload[0] >> 4 != (geneve.ProtocolType == EtherType.Ipv4 ? 4 : 6)) return DropReason.BadHeader;
        }

        packet.RemoveFront(geneve.HeaderLength);
        return DropReason.None;
    }
}
