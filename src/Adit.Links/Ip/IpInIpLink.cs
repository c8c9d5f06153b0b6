using System.Net.Sockets;
using Adit.Core.Links;
using Adit.Links.Delivery;
using Adit.Links.Encapsulation;
using Adit.Wire.Ip;

namespace Adit.Links.Ip;

/// <summary>IP within IP: IPIP (RFC 2003), 6in4 (RFC 4213), 4in6 and IPv6 within IPv6 (RFC 2473).</summary>
/// <remarks>
/// Theory of operation: there is no header of the tunnel's own; the delivery's protocol number tells the version inside. Everything is therefore <see cref="EncapsulatingLink"/>'s: the far end's address
/// is judged by the delivery, inner sources by RFC 4213 §3.6. Over IPv6 the delivery inserts the Tunnel Encapsulation Limit where it was asked to, or where the packet itself carries one.
/// </remarks>
public sealed class IpInIpLink : EncapsulatingLink
{
    private readonly int _version;

    /// <summary>Makes a tunnel.</summary>
    /// <param name="delivery">IP protocol 4 or 41, as the version inside is; owned.</param>
    /// <param name="options">How.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public IpInIpLink(IDelivery delivery, IpInIpOptions options, TimeProvider? time = null)
        : base(delivery, options, Medium.Ip, VersionOf(options) == 4 ? IpProtocol.Ipv4 : IpProtocol.Ipv6, 0, takesSegmentation: true, time) => _version = options.InnerVersion;

    /// <inheritdoc/>
    public override string Name
    {
        get
        {
            bool isIpv6 = Delivery.Local.AddressFamily == AddressFamily.InterNetworkV6;
            string kind = (_version, isIpv6) switch { (4, false) => "ipip", (6, false) => "6in4", (4, true) => "4in6", _ => "ip6ip6" };
            return $"{kind} to {(Delivery.Remotes.Count > 0 ? Text(Delivery.Remotes[0]) : "nobody")}";
        }
    }

    /// <inheritdoc/>
    protected override bool Carries(in InnerPacket inner) => inner.Version == _version;

    /// <inheritdoc/>
    protected override bool Encapsulate(PacketBatch batch, ref Packet packet, in InnerPacket inner) => true;

    /// <inheritdoc/>
    protected override DropReason Decapsulate(PacketBatch batch, ref Packet packet) => packet.Length == 0 ? DropReason.Truncated : DropReason.None;

    private static int VersionOf(IpInIpOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.InnerVersion is 4 or 6 ? options.InnerVersion : throw new ArgumentException($"ip in ip: inner version: expected 4 or 6, got {options.InnerVersion}", nameof(options));
    }
}
