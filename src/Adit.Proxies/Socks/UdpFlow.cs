using System.Net;
using System.Net.Sockets;
using Adit.Core.Datagrams;
using Adit.Wire.Socks;

namespace Adit.Proxies.Socks;

/// <summary>One destination of a UDP association: an address, a flow through hops, or one that the policy denies. Owns the flow.</summary>
internal sealed class UdpFlow : IDisposable
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

    public UdpFlow(string host, int port, IDatagramFlow channel)
    {
        (Host, Port, Channel) = (host, port, channel);
        Span<byte> header = stackalloc byte[SocksDatagram.LongestHeader];
        // What it resolved to is known at the far end only.
        Header = header[..SocksDatagram.Write(header, host, port)].ToArray();
    }

    /// <summary>The way through the hops; null where this machine sends itself.</summary>
    public IDatagramFlow? Channel { get; }

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

    /// <inheritdoc/>
    public void Dispose() => _ = Channel?.DisposeAsync().AsTask();
}
