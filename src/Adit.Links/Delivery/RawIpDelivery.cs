using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Links;
using Adit.Platform.Descriptors;
using Adit.Platform.Packets;

namespace Adit.Links.Delivery;

/// <summary>Delivery as payload of IPv4 or IPv6 packets of one protocol, by a raw socket (raw(7)); needs CAP_NET_RAW. The system makes the header, and fragments where DF is off.</summary>
public sealed class RawIpDelivery : SocketDelivery
{
    private const int DestinationOptionsLength = 8;
    private const int AnyPort = 9;

    private readonly RawIpDeliveryOptions _options;
    private byte _nestingLimit;

    private RawIpDelivery(PacketSocket socket, RawIpDeliveryOptions options, IPEndPoint local)
        : base(socket, isUdp: false, new IPEndPoint(options.Remote, 0), isConnected: false, local, matchesPort: false, takesStrangers: false)
    {
        _options = options;
        if (IsIpv6 && options.EncapsulationLimit is { } limit) SetNestingLimit((byte)(limit + 1));
    }

    /// <inheritdoc/>
    public override string Name => $"ip {_options.Protocol} {_options.Local} to {_options.Remote}";

    /// <inheritdoc/>
    public override int HeaderLength => IsIpv6 ? 40 + (_options.EncapsulationLimit is null ? 0 : DestinationOptionsLength) : 20;

    /// <summary>Opens the socket.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="TunnelException">It is not permitted, the address is not this machine's, or there is no route.</exception>
    public static RawIpDelivery Open(RawIpDeliveryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool isIpv6 = options.Remote.AddressFamily == AddressFamily.InterNetworkV6;
        if (options.Local.AddressFamily != options.Remote.AddressFamily)
            throw new TunnelException(TunnelError.BadConfiguration, $"tunnel to {options.Remote}: local address: expected one of the same family, got {options.Local}");
        PacketSocket? socket = null;
        try
        {
            socket = PacketSocket.Open(isIpv6 ? PacketSocket.Ipv6 : PacketSocket.Ipv4, PacketSocket.Raw, options.Protocol);
            IPAddress local = SourceTo(options.Remote, options.Local);
            // Not connected: then the system would answer what others send with "protocol unreachable", where RFC 4213 §3.6 wants silence. Here it is dropped and counted.
            socket.Bind(new IPEndPoint(local, 0));
            return new RawIpDelivery(socket, options, new IPEndPoint(local, 0));
        }
        catch (DescriptorException e)
        {
            socket?.Dispose();
            throw e.ErrorNumber switch
            {
                1 or 13 => new TunnelException(TunnelError.PermissionDenied, "raw socket: expected the capability CAP_NET_RAW (run as root, or 'setcap cap_net_admin,cap_net_raw+ep' the program)", inner: e),
                99 => new TunnelException(TunnelError.BadConfiguration, $"tunnel from {options.Local}: expected an address of this machine", inner: e),
                _ => new TunnelException(TunnelError.Unreachable, $"tunnel to {options.Remote}: {e.Message}", inner: e),
            };
        }
    }

    /// <inheritdoc/>
    protected override bool NeedsOtherSettings(in Packet packet) => IsIpv6 && WantedLimit(packet) != _nestingLimit;

    /// <inheritdoc/>
    protected override void ApplySettings(in Packet packet)
    {
        if (NeedsOtherSettings(packet)) SetNestingLimit(WantedLimit(packet));
    }

    /// <inheritdoc/>
    /// <remarks>With a Destination Options header Linux counts its eight octets twice before it compares with the path's MTU, so what just fits would be refused; the tunnel keeps to the path's MTU itself.</remarks>
    protected override PathMtuDiscovery DiscoveryFor(in Packet packet) => IsIpv6 && WantedLimit(packet) != 0 ? PathMtuDiscovery.Dont : base.DiscoveryFor(packet);

    /// <inheritdoc/>
    protected override void Received(PacketBatch batch, ref Packet packet)
    {
        if (IsIpv6) return; // the system took the header off
        ReadOnlySpan<byte> ip = batch.Octets(packet);
        int header = ip.Length >= 20 ? (ip[0] & 15) * 4 : 0;
        if (header < 20 || header > ip.Length)
        {
            packet.Drop(DropReason.Truncated);
            return;
        }

        packet.TrafficClass = ip[1];
        packet.HopLimit = ip[8];
        if ((ip[6] & 0x40) != 0) packet.Flags |= PacketFlags.DontFragment;
        packet.RemoveFront(header);
    }

    /// <summary>The address that packets to the remote leave from: the one that was asked for, or the system's choice.</summary>
    private static IPAddress SourceTo(IPAddress remote, IPAddress asked)
    {
        if (!asked.Equals(IPAddress.Any) && !asked.Equals(IPAddress.IPv6Any)) return asked;
        using PacketSocket probe = PacketSocket.Open(remote.AddressFamily == AddressFamily.InterNetworkV6 ? PacketSocket.Ipv6 : PacketSocket.Ipv4, PacketSocket.Datagram, 0);
        probe.Connect(new IPEndPoint(remote, AnyPort)); // sends nothing
        return probe.LocalEndPoint(new IPEndPoint(asked, 0)).Address;
    }

    private byte WantedLimit(in Packet packet) => packet.NestingLimit != 0 ? packet.NestingLimit : _options.EncapsulationLimit is { } limit ? (byte)(limit + 1) : (byte)0;

    /// <summary>RFC 2473 §5.1: next header (filled in by the system), length 0, option 4 of 1 octet, PadN of 1.</summary>
    private void SetNestingLimit(byte wanted)
    {
        _nestingLimit = wanted;
        ReadOnlySpan<byte> header = wanted == 0 ? default : [0, 0, 4, 1, (byte)(wanted - 1), 1, 1, 0];
        Socket.TrySet(PacketSocketOption.DestinationOptions6, header);
    }
}
