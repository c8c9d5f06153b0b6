using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Wire.Ethernet;
using Adit.Wire.Ip;

namespace Adit.Links.Encapsulation;

/// <summary>A tunnel with several remotes: frames go where their destination was seen, and everywhere where it was not (RFC 7348 §4). What it carries comes from one side, so nothing is forwarded between remotes.</summary>
public abstract class ForwardingLink : EncapsulatingLink
{
    private readonly ForwardingOptions _options;
    private readonly ushort[]? _floodTo;
    private readonly bool _isEthernet;

    /// <summary>Makes a tunnel.</summary>
    /// <param name="delivery">What carries it; owned.</param>
    /// <param name="options">How.</param>
    /// <param name="medium">What it carries; IP packets go to the first remote.</param>
    /// <param name="headerLength">Octets of its header.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    protected ForwardingLink(IDelivery delivery, ForwardingOptions options, Medium medium, int headerLength, TimeProvider? time)
        : base(delivery, options, medium, IpProtocol.Udp, headerLength, takesSegmentation: true, time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _isEthernet = medium == Medium.Ethernet;
        _floodTo = options.FloodTo is null ? null : [.. options.FloodTo];
        Addresses = new ForwardingTable(options.MaximumAddresses, options.AddressLifetime, Time);
        foreach ((MacAddress address, ushort remote) in options.StaticAddresses) Addresses.Add(address, remote);
    }

    /// <summary>Which remote each address is behind.</summary>
    public ForwardingTable Addresses { get; }

    /// <inheritdoc/>
    protected override void Route(PacketBatch batch, ref Packet packet, in InnerPacket inner)
    {
        ArgumentNullException.ThrowIfNull(batch);
        int remotes = _floodTo?.Length ?? Delivery.Remotes.Count;
        if (!_isEthernet || (remotes == 1 && Delivery.Remotes.Count == 1))
        {
            SendTo(batch, ref packet, inner, 0);
            return;
        }

        MacAddress destination = MacAddress.Read(batch.Octets(packet));
        int known = destination.IsGroup ? ForwardingTable.Unknown : Addresses.Find(destination);
        if (known >= 0)
        {
            SendTo(batch, ref packet, inner, (ushort)known);
            return;
        }

        if (remotes == 0)
        {
            packet.Drop(DropReason.NoRemote);
            return;
        }

        for (int i = 0; i < remotes - 1; i++) SendCopyTo(batch, packet, inner, _floodTo?[i] ?? (ushort)i);
        SendTo(batch, ref packet, inner, _floodTo?[remotes - 1] ?? (ushort)(remotes - 1));
    }

    /// <inheritdoc/>
    protected override DropReason Received(in Packet packet, ReadOnlySpan<byte> octets)
    {
        if (!_isEthernet) return DropReason.None;
        MacAddress source = MacAddress.Read(octets[6..]);
        if (source.IsGroup || source.IsZero) return DropReason.SpoofedSource; // IEEE 802.3 §3.2.3: a station's own address
        return !_options.Learns || Addresses.Learn(source, packet.Remote) ? DropReason.None : DropReason.SpoofedSource;
    }
}
