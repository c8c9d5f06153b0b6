using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Platform.Descriptors;
using Adit.Platform.Packets;

namespace Adit.Links.Delivery;

/// <summary>Delivery as payload of UDP datagrams (RFC 768), super-packets cut and merged by the kernel (UDP_SEGMENT, UDP_GRO).</summary>
public sealed class UdpDelivery : SocketDelivery
{
    private readonly UdpDeliveryOptions _options;

    private UdpDelivery(PacketSocket socket, UdpDeliveryOptions options, IPEndPoint local)
        : base(socket, options.Checksums, options.Remote, options is { Remote: not null, MatchesPort: true }, local, options.MatchesPort, options.TakesStrangers) => _options = options;

    /// <inheritdoc/>
    public override string Name => Remotes.Count == 1 ? $"udp {Local} to {Remotes[0]}" : $"udp {Local}";

    /// <inheritdoc/>
    public override int HeaderLength => IsIpv6 ? 48 : 28;

    /// <summary>Opens the socket.</summary>
    /// <param name="options">How.</param>
    /// <exception cref="TunnelException">The address is taken, or not this machine's.</exception>
    public static UdpDelivery Open(UdpDeliveryOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        bool isIpv6 = options.Local.AddressFamily == AddressFamily.InterNetworkV6;
        PacketSocket socket = PacketSocket.Open(isIpv6 ? PacketSocket.Ipv6 : PacketSocket.Ipv4, PacketSocket.Datagram, 0);
        try
        {
            if (isIpv6) socket.Set(PacketSocketOption.OnlyIpv6, 1);
            if (!options.Checksums) socket.TrySet(isIpv6 ? PacketSocketOption.NoChecksumSent6 : PacketSocketOption.NoChecksum, 1);
            if (isIpv6) socket.TrySet(PacketSocketOption.NoChecksumReceived6, 1); // RFC 6935: tunnels may
            socket.Bind(options.Local);
            // Only where a remote has one port is the socket connected: elsewhere the system would drop what comes from its other ports.
            if (options is { Remote: { } remote, MatchesPort: true }) socket.Connect(remote);
            return new UdpDelivery(socket, options, socket.LocalEndPoint(options.Local));
        }
        catch (DescriptorException e)
        {
            socket.Dispose();
            throw new TunnelException(e.ErrorNumber switch { 98 => TunnelError.AddressInUse, 99 => TunnelError.BadConfiguration, 101 => TunnelError.Unreachable, 1 or 13 => TunnelError.PermissionDenied, _ => TunnelError.Unknown }, $"udp: {e.Message}", inner: e);
        }
    }

    /// <inheritdoc/>
    protected override ushort Stranger(ReadOnlySpan<byte> source)
    {
        if (Remotes.Count >= _options.MaximumRemotes) return IDelivery.UnknownRemote;
        var address = new SocketAddress(IsIpv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork);
        source[..Math.Min(source.Length, address.Size)].CopyTo(address.Buffer.Span);
        return AddRemote((IPEndPoint)Local.Create(address));
    }
}
