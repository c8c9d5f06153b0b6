using System.Buffers.Binary;
using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Links.Encapsulation;
using Adit.Wire;
using Adit.Wire.Ethernet;
using Adit.Wire.Gre;
using Adit.Wire.Ip;

namespace Adit.Links.Gre;

/// <summary>A GRE tunnel (RFC 2784, RFC 2890): IPv4 and IPv6 packets, or Ethernet frames, over IPv4, IPv6 or UDP (RFC 8086).</summary>
/// <remarks>
/// Theory of operation: the header of 4 to 16 octets is the same for every packet but for protocol type, checksum and sequence number. Without the last two it is the same for all segments of a
/// super-packet, which then passes whole. Neither end tells the other what it expects: what does not match is dropped in silence.
/// </remarks>
public sealed partial class GreLink : EncapsulatingLink
{
    private readonly GreOptions _options;
    private readonly byte[] _template;
    private uint _nextSent;
    private uint _nextReceived;
    private bool _hasReceived;

    /// <summary>Makes a tunnel.</summary>
    /// <param name="delivery">IP protocol 47, or UDP; owned.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock of keepalives; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range, or does not go with the delivery.</exception>
    public GreLink(IDelivery delivery, GreOptions options, TimeProvider? time = null)
        : base(delivery, options, options.Medium, IpProtocol.Gre, LengthOf(options), !options.Checksum && !options.SendsSequenceNumbers, time)
    {
        if (options.Medium is not (Medium.Ip or Medium.Ethernet)) throw new ArgumentException($"gre: medium: expected Ip or Ethernet, got {options.Medium}", nameof(options));
        _options = options;
        var header = new GreHeader(
            options.Medium == Medium.Ethernet ? EtherType.TransparentEthernetBridging : EtherType.None,
            options.Checksum ? (ushort)0 : null,
            options.Key,
            options.SendsSequenceNumbers ? 0u : null);
        _template = header.ToArray();
        StartKeepalives();
    }

    /// <inheritdoc/>
    public override string Name => $"{(_options.Medium == Medium.Ethernet ? "gretap" : "gre")} to {(Delivery.Remotes.Count > 0 ? Text(Delivery.Remotes[0]) : "nobody")}";

    /// <inheritdoc/>
    protected override async ValueTask DisposeCoreAsync()
    {
        if (_timer is not null) await _timer.DisposeAsync().ConfigureAwait(false);
        await base.DisposeCoreAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override bool Carries(in InnerPacket inner) => _options.Medium == Medium.Ethernet || inner.Version != 0;

    /// <inheritdoc/>
    protected override bool Encapsulate(PacketBatch batch, ref Packet packet, in InnerPacket inner)
    {
        if (!batch.TryPrepend(ref packet, HeaderLength, out Span<byte> header)) return false;
        _template.CopyTo(header);
        if (_options.Medium == Medium.Ip) BinaryPrimitives.WriteUInt16BigEndian(header[2..], (ushort)(inner.Version == 4 ? EtherType.Ipv4 : EtherType.Ipv6));
        if (_options.SendsSequenceNumbers) BinaryPrimitives.WriteUInt32BigEndian(header[^4..], _nextSent++);
        if (_options.Checksum) GreHeader.WriteChecksum(batch.Octets(packet));
        return true;
    }

    /// <inheritdoc/>
    protected override DropReason Decapsulate(PacketBatch batch, ref Packet packet)
    {
        ReadOnlySpan<byte> octets = batch.Octets(packet);
        DecodeStatus status = GrePacket.TryDecode(octets, out GrePacket gre);
        if (status != DecodeStatus.Ok) return status == DecodeStatus.Truncated ? DropReason.Truncated : DropReason.BadHeader;
        if (gre.HasKey != _options.Key.HasValue || gre.Key != _options.Key.GetValueOrDefault()) return DropReason.WrongKey; // RFC 2890 §2.1
        if (GreKeepalive.IsAnswer(gre)) return ReceiveAnswer(gre);
        if (gre.HasChecksum != _options.Checksum || !IsIntact(gre)) return DropReason.BadChecksum;
        if (_options.EnforcesSequence && !IsInSequence(gre)) return DropReason.OutOfSequence;
        ReadOnlySpan<byte> payload = gre.Payload;
        if (_options.Medium == Medium.Ethernet)
        {
            if (gre.ProtocolType != EtherType.TransparentEthernetBridging) return DropReason.Unsupported;
        }
        else
        {
            if (gre.ProtocolType is not (EtherType.Ipv4 or EtherType.Ipv6)) return DropReason.Unsupported;
            if (payload.IsEmpty) return DropReason.Truncated;
            if (payload[0] >> 4 != (gre.ProtocolType == EtherType.Ipv4 ? 4 : 6)) return DropReason.BadHeader;
            if (IsQuestion(payload, out ReadOnlySpan<byte> answer)) return Answer(answer);
        }

        packet.RemoveFront(gre.HeaderLength);
        return DropReason.None;
    }

    private static int LengthOf(GreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return GreHeader.LengthFor(options.Checksum, options.Key is not null, options.SendsSequenceNumbers);
    }

    private bool IsIntact(GrePacket gre) => !gre.HasChecksum || (gre.Checksum == 0 && _options.AcceptsUnfilledChecksum) || gre.HasValidChecksum;

    // RFC 2890 §2.2: a number that is the last one or older is out of sequence, in the arithmetic of RFC 1982.
    private bool IsInSequence(GrePacket gre)
    {
        if (!gre.HasSequenceNumber || (_hasReceived && (int)(gre.SequenceNumber - _nextReceived) < 0)) return false;
        _hasReceived = true;
        _nextReceived = gre.SequenceNumber + 1;
        return true;
    }
}
