using System.Net;
using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Wire.Ip;

namespace Adit.Links.Encapsulation;

/// <summary>A tunnel: a link whose packets travel as payload of a delivery link, behind a header of the tunnel's protocol. Owns the delivery.</summary>
/// <remarks>
/// Theory of operation. What differs between protocols is the header: a subclass writes it (<see cref="Encapsulate"/>) and judges it (<see cref="Decapsulate"/>). Everything that the RFCs demand of any
/// tunnel is here, once:
/// <list type="bullet">
/// <item>Sending: the packet is looked at (<see cref="InnerPacket"/>), refused if it is our own delivery packet or nested too deep, sent to its remote with TTL, TOS and DF of the delivery header set
/// (the inner TTL is never touched), and ECN by RFC 6040 §4.1. A super-packet is one packet throughout; only its segments' length matters.</item>
/// <item>What does not fit the path is fragmented where that is permitted: an IPv4 packet without DF before it is wrapped, or, with path MTU discovery off, the delivery packet on its way. Else its sender
/// is told (ICMP, to the link of <see cref="AnswerTo"/>), as often as <see cref="EncapsulationOptions.AnswersPerSecond"/> permits. IPv6 is never told less than 1280; below, the delivery packet is fragmented.</item>
/// <item>Receiving: who sent it, the tunnel's header, the inner packet's own version, lengths, checksum and source, ECN by RFC 6040 §4.2. What is refused is dropped in silence and counted by its reason.</item>
/// </list>
/// Sending and receiving use one thread each, at the same time; what the tunnel itself sends (keepalives) takes the sending side's lock. Nothing is allocated per packet.
/// </remarks>
public abstract partial class EncapsulatingLink : ILink
{
    private readonly EncapsulationOptions _options;
    private readonly OuterIdentity _own;
    private readonly SourceFilter _sources;
    private readonly AnswerLimiter _limiter;
    private readonly Lock _gate = new();
    private IAnswerSink? _sender;
    private int _disposed;

    /// <summary>Makes a tunnel.</summary>
    /// <param name="delivery">What carries it; owned.</param>
    /// <param name="options">How.</param>
    /// <param name="medium">What it carries.</param>
    /// <param name="protocol">Its IP protocol number; counts where the delivery is not UDP.</param>
    /// <param name="headerLength">Octets of its header.</param>
    /// <param name="takesSegmentation">Whether the header is the same for all segments of a super-packet.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    protected EncapsulatingLink(IDelivery delivery, EncapsulationOptions options, Medium medium, IpProtocol protocol, int headerLength, bool takesSegmentation, TimeProvider? time)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Mtu is < Ipv4Header.MinimumMtu or > Ipv4Header.MaximumPacketLength)
            throw new ArgumentException($"tunnel: MTU: expected {Ipv4Header.MinimumMtu} to {Ipv4Header.MaximumPacketLength}, got {options.Mtu}", nameof(options));
        if (options.MaximumNesting is < 1 or > 64) throw new ArgumentException($"tunnel: nesting: expected 1 to 64, got {options.MaximumNesting}", nameof(options));
        Delivery = delivery;
        _options = options;
        Time = time ?? TimeProvider.System;
        HeaderLength = headerLength;
        _own = new OuterIdentity(delivery, protocol);
        _sources = new SourceFilter(_own, options.AllowedSources);
        _limiter = new AnswerLimiter(options.AnswersPerSecond, Time);
        int path = PathAtStart(delivery);
        Mtu = options.Mtu ?? Math.Max(path - Overhead - FrameHeader(medium), Ipv6Header.MinimumMtu);
        Properties = new LinkProperties
        {
            Medium = medium,
            SendLimit = Mtu + FrameHeader(medium),
            Headroom = headerLength + delivery.Properties.Headroom,
            TakesSegmentation = takesSegmentation && delivery.Properties.TakesSegmentation,
        };
    }

    /// <inheritdoc/>
    public abstract string Name { get; }

    /// <inheritdoc/>
    public LinkProperties Properties { get; }

    /// <inheritdoc/>
    public LinkCounters Counters { get; } = new();

    /// <summary>The MTU inside, in octets of IP packet: what a device in front should have. Unless told, at least 1280, without which IPv6 cannot run (RFC 8200 §5), also where the path takes less.</summary>
    public int Mtu { get; }

    /// <summary>Octets of delivery header and tunnel header.</summary>
    public int Overhead => Delivery.HeaderLength + HeaderLength;

    /// <summary>What carries the tunnel.</summary>
    public IDelivery Delivery { get; }

    /// <summary>The clock.</summary>
    protected TimeProvider Time { get; }

    /// <summary>Octets of the tunnel's header.</summary>
    protected int HeaderLength { get; }

    /// <inheritdoc/>
    public void AnswerTo(IAnswerSink sender) => _sender = sender;

    /// <inheritdoc/>
    public void Interrupt() => Delivery.Interrupt();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await DisposeCoreAsync().ConfigureAwait(false);
        await Delivery.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Ends what a subclass began.</summary>
    protected virtual ValueTask DisposeCoreAsync() => ValueTask.CompletedTask;

    /// <summary>Writes the tunnel's header before a packet whose delivery metadata is set.</summary>
    /// <param name="batch">The packet's batch.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="inner">What it is.</param>
    /// <returns>False: the batch had no room.</returns>
    protected abstract bool Encapsulate(PacketBatch batch, ref Packet packet, in InnerPacket inner);

    /// <summary>Judges the tunnel's header and takes it off.</summary>
    /// <param name="batch">The packet's batch.</param>
    /// <param name="packet">The delivery payload; its metadata is that of the delivery header.</param>
    /// <returns>Why it is dropped.</returns>
    protected abstract DropReason Decapsulate(PacketBatch batch, ref Packet packet);

    /// <summary>Whether the tunnel carries such a packet. Default: all that the medium can hold.</summary>
    /// <param name="inner">The packet.</param>
    protected virtual bool Carries(in InnerPacket inner) => true;

    /// <summary>Judges a whole inner packet once more, before it is handed on; for those that learn from it.</summary>
    /// <param name="packet">The packet, its remote included.</param>
    /// <param name="octets">Its octets.</param>
    /// <returns>Why it is dropped.</returns>
    protected virtual DropReason Received(in Packet packet, ReadOnlySpan<byte> octets) => DropReason.None;

    /// <summary>Chooses the remote, or the remotes: <see cref="SendTo"/> for each. Default: the first.</summary>
    /// <param name="batch">The packet's batch.</param>
    /// <param name="packet">The packet.</param>
    /// <param name="inner">What it is.</param>
    protected virtual void Route(PacketBatch batch, ref Packet packet, in InnerPacket inner) => SendTo(batch, ref packet, inner, 0);

    /// <summary>An address for messages: no port where there is none.</summary>
    /// <param name="address">The address.</param>
    protected static string Text(IPEndPoint address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.Port == 0 ? address.Address.ToString() : address.ToString();
    }

    /// <summary>What the paths to all remotes take; Ethernet's MTU where there is no remote or no route yet.</summary>
    private static int PathAtStart(IDelivery delivery)
    {
        const int Unknown = ushort.MaxValue;
        int path = Unknown;
        for (int i = 0; i < delivery.Remotes.Count; i++)
        {
            int next = delivery.PathMtu((ushort)i);
            if (next != Unknown) path = path == Unknown ? next : Math.Min(path, next);
        }

        return path == Unknown ? 1500 : path;
    }

    private static int FrameHeader(Medium medium) => medium == Medium.Ethernet ? Wire.Ethernet.EthernetHeader.Length : 0;
}
