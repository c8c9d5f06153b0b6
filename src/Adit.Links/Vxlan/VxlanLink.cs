using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Links.Encapsulation;
using Adit.Wire;
using Adit.Wire.Vxlan;

namespace Adit.Links.Vxlan;

/// <summary>One Ethernet segment of VXLAN (RFC 7348) over UDP, to one remote or several.</summary>
public sealed class VxlanLink : ForwardingLink
{
    private readonly VxlanOptions _options;

    /// <summary>Makes a tunnel.</summary>
    /// <param name="delivery">UDP, port 4789 (or 8472, Linux's default); owned.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public VxlanLink(IDelivery delivery, VxlanOptions options, TimeProvider? time = null)
        : base(delivery, options, Medium.Ethernet, VxlanHeader.Length, time)
    {
        if (options.NetworkIdentifier > VxlanHeader.MaximumNetworkIdentifier)
            throw new ArgumentException($"vxlan: network identifier: expected at most {VxlanHeader.MaximumNetworkIdentifier}, got {options.NetworkIdentifier}", nameof(options));
        _options = options;
    }

    /// <inheritdoc/>
    public override string Name => $"vxlan {_options.NetworkIdentifier} on {Text(Delivery.Local)}";

    /// <inheritdoc/>
    protected override bool Encapsulate(PacketBatch batch, ref Packet packet, in InnerPacket inner)
    {
        if (!batch.TryPrepend(ref packet, VxlanHeader.Length, out Span<byte> header)) return false;
        new VxlanHeader(_options.NetworkIdentifier).Encode(header);
        return true;
    }

    /// <inheritdoc/>
    protected override DropReason Decapsulate(PacketBatch batch, ref Packet packet)
    {
        DecodeStatus status = VxlanHeader.TryDecode(batch.Octets(packet), out VxlanHeader header, out int consumed);
        if (status != DecodeStatus.Ok) return status == DecodeStatus.Truncated ? DropReason.Truncated : DropReason.BadHeader;
        if (header.NetworkIdentifier != _options.NetworkIdentifier) return DropReason.WrongKey;
        packet.RemoveFront(consumed);
        return DropReason.None;
    }
}
