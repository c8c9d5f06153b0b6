using System.Net;
using System.Net.Sockets;
using Adit.Wire.Socks;

namespace Adit.Proxies.Socks;

/// <summary>One destination of a UDP association.</summary>
internal sealed class UdpFlow
{
    public UdpFlow(string host, int port, IPEndPoint? to)
    {
        (Host, Port) = (host, port);
        if (to is null) return;
        Address = to.Serialize();
        Family = to.AddressFamily;
        Span<byte> header = stackalloc byte[SocksDatagram.LongestAddressHeader];
        Header = header[..SocksDatagram.Write(header, to)].ToArray();
    }

    /// <summary>As the client named it.</summary>
    public string Host { get; }

    /// <summary>The port.</summary>
    public int Port { get; }

    /// <summary>Where its datagrams go; null where the policy denies them.</summary>
    public SocketAddress? Address { get; }

    public AddressFamily Family { get; }

    /// <summary>What stands before its answers.</summary>
    public byte[] Header { get; } = [];

    /// <summary>When a datagram last went or came.</summary>
    public long LastUsed { get; set; }
}
