using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Links.Encapsulation;
using Adit.Wire.Ip;

namespace Adit.Links.Ip;

/// <summary>IP packets, or Ethernet frames, as UDP payload and nothing else: what Linux calls FOU ("foo over UDP") with the protocol numbers 4, 41 or 97, and socat with a TUN device.</summary>
/// <remarks>Theory of operation: a datagram is a packet. Nothing tells one tunnel from another but the ports; there is no smaller overhead, and nothing that stands in the way of offloads.</remarks>
public sealed class PlainUdpLink : EncapsulatingLink
{
    private readonly Medium _medium;

    /// <summary>Makes a tunnel.</summary>
    /// <param name="delivery">UDP; owned.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public PlainUdpLink(IDelivery delivery, PlainUdpOptions options, TimeProvider? time = null)
        : base(delivery, options, (options ?? throw new ArgumentNullException(nameof(options))).Medium, IpProtocol.Udp, 0, takesSegmentation: true, time) => _medium = options.Medium;

    /// <inheritdoc/>
    public override string Name => $"{(_medium == Medium.Ethernet ? "ethernet" : "ip")} over udp to {(Delivery.Remotes.Count > 0 ? Text(Delivery.Remotes[0]) : "nobody")}";

    /// <inheritdoc/>
    protected override bool Carries(in InnerPacket inner) => _medium == Medium.Ethernet || inner.Version != 0;

    /// <inheritdoc/>
    protected override bool Encapsulate(PacketBatch batch, ref Packet packet, in InnerPacket inner) => true;

    /// <inheritdoc/>
    protected override DropReason Decapsulate(PacketBatch batch, ref Packet packet) => packet.Length == 0 ? DropReason.Truncated : DropReason.None;
}
