using System.Net;
using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Wire.Ip;
using Adit.Wire.Pcapng;

namespace Adit.Links.Capture;

/// <summary>
/// A delivery whose packets are recorded as they pass, with the IP and UDP headers that the system gives them made anew, so that Wireshark finds the tunnel in them. Identification, UDP checksum and a
/// TTL that is the system's own choice (recorded as 64) are not known here. Owns the delivery that it wraps, not the recorder.
/// </summary>
public sealed class CaptureDelivery : IDelivery
{
    private const byte UsualHopLimit = 64;
    private readonly IDelivery _inner;
    private readonly PacketRecorder _recorder;
    private readonly IpProtocol _protocol;
    private readonly byte? _encapsulationLimit;

    /// <summary>Wraps a delivery.</summary>
    /// <param name="inner">The delivery; owned.</param>
    /// <param name="recorder">Records; made for <see cref="PcapngLinkType.Raw"/>.</param>
    /// <param name="protocol">The IP protocol number; UDP's for a delivery over UDP.</param>
    /// <param name="encapsulationLimit">The tunnel encapsulation limit that is sent over IPv6; null for none.</param>
    public CaptureDelivery(IDelivery inner, PacketRecorder recorder, IpProtocol protocol, byte? encapsulationLimit = null) =>
        (_inner, _recorder, _protocol, _encapsulationLimit) = (inner, recorder, protocol, encapsulationLimit);

    /// <inheritdoc/>
    public string Name => _inner.Name;

    /// <inheritdoc/>
    public LinkProperties Properties => _inner.Properties;

    /// <inheritdoc/>
    public LinkCounters Counters => _inner.Counters;

    /// <inheritdoc/>
    public int HeaderLength => _inner.HeaderLength;

    /// <inheritdoc/>
    public IPEndPoint Local => _inner.Local;

    /// <inheritdoc/>
    public IReadOnlyList<IPEndPoint> Remotes => _inner.Remotes;

    /// <inheritdoc/>
    public ushort AddRemote(IPEndPoint remote) => _inner.AddRemote(remote);

    /// <inheritdoc/>
    public int PathMtu(ushort remote) => _inner.PathMtu(remote);

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        int count = _inner.Receive(batch);
        if (count > 0) Record(batch, PcapngDirection.Inbound);
        return count;
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        Record(batch, PcapngDirection.Outbound);
        _inner.Send(batch);
    }

    /// <inheritdoc/>
    public void Interrupt() => _inner.Interrupt();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _inner.DisposeAsync();

    private void Record(PacketBatch batch, PcapngDirection direction)
    {
        ulong now = PacketRecorder.Now();
        Span<byte> header = stackalloc byte[Ipv6Header.Length + TunnelEncapsulationLimit.Length + UdpHeader.HeaderLength];
        foreach (ref readonly Packet packet in batch.Packets)
        {
            if (packet.Dropped != DropReason.None) continue;
            IPEndPoint remote = packet.Remote < Remotes.Count ? Remotes[packet.Remote] : new IPEndPoint(Local.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
            (IPEndPoint from, IPEndPoint to) = direction == PcapngDirection.Outbound ? (Local, remote) : (remote, Local);
            _recorder.Record(header[..Write(header, packet, from, to)], batch.Octets(packet), direction, now);
        }
    }

    private int Write(Span<byte> header, in Packet packet, IPEndPoint from, IPEndPoint to)
    {
        bool isUdp = _protocol == IpProtocol.Udp;
        int length = packet.Length + (isUdp ? UdpHeader.HeaderLength : 0);
        byte hops = packet.HopLimit == 0 ? UsualHopLimit : packet.HopLimit;
        int at;
        if (from.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork)
        {
            // A super-packet that is longer than a packet can be has length 0, as segmentation in hardware leaves it.
            int total = Ipv4Header.MinimumLength + length;
            at = new Ipv4Header
            {
                TrafficClass = packet.TrafficClass, TotalLength = (ushort)(total > ushort.MaxValue ? 0 : total), DontFragment = (packet.Flags & PacketFlags.DontFragment) != 0, TimeToLive = hops, Protocol = _protocol,
                Source = Ipv4Address.From(from.Address), Destination = Ipv4Address.From(to.Address),
            }.Encode(header);
        }
        else
        {
            int options = _encapsulationLimit is null ? 0 : TunnelEncapsulationLimit.Length;
            at = new Ipv6Header
            {
                TrafficClass = packet.TrafficClass, PayloadLength = (ushort)(length + options > ushort.MaxValue ? 0 : length + options), NextHeader = options == 0 ? _protocol : IpProtocol.DestinationOptions, HopLimit = hops,
                Source = Ipv6Address.From(from.Address), Destination = Ipv6Address.From(to.Address),
            }.Encode(header);
            if (_encapsulationLimit is { } limit) at += new TunnelEncapsulationLimit(_protocol, limit).Encode(header[at..]);
        }

        if (isUdp) at += new UdpHeader((ushort)from.Port, (ushort)to.Port, (ushort)(length > ushort.MaxValue ? 0 : length), 0).Encode(header[at..]);
        return at;
    }
}
