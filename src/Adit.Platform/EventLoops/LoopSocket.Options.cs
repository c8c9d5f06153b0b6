using System.Runtime.InteropServices;

namespace Adit.Platform.EventLoops;

/// <summary>Options that proxies ask for: marks, the destination before a redirection, and how long a connection has been quiet.</summary>
public sealed partial class LoopSocket
{
    private const int Mark = 36; // SO_MARK
    private const int IpLevel = 0; // SOL_IP
    private const int Ip6Level = 41; // SOL_IPV6
    private const int OriginalDestination = 80; // SO_ORIGINAL_DST, IP6T_SO_ORIGINAL_DST
    private const int TcpInfo = 11; // TCP_INFO
    private const int LastDataSentAt = 44; // tcpi_last_data_sent of struct tcp_info: eight octets, then nine words of 32 bits before it
    private const int LastDataReceivedAt = 52; // tcpi_last_data_recv, behind tcpi_last_ack_sent
    private const int OctetsAcknowledgedAt = 120; // tcpi_bytes_acked, 64 bits
    private const int OctetsReceivedAt = 128; // tcpi_bytes_received, 64 bits

    /// <summary>SO_MARK: what packet filters and routing rules know the connection by. Needs CAP_NET_ADMIN.</summary>
    /// <param name="mark">Any number; 0 is none.</param>
    /// <returns>0, or errno.</returns>
    public int SetMark(uint mark)
    {
        Span<byte> value = stackalloc byte[4];
        MemoryMarshal.Write(value, mark);
        return SetOption(SocketLevel, Mark, value);
    }

    /// <summary>Where a connection that the packet filter redirected to this socket was going.</summary>
    /// <param name="ip6">Whether the socket is an IPv6 one.</param>
    /// <param name="address">Room for struct sockaddr.</param>
    /// <param name="length">Octets of it.</param>
    /// <returns>0, or errno: ENOENT or ENOPROTOOPT where none was redirected.</returns>
    public int GetOriginalDestination(bool ip6, Span<byte> address, out int length) => GetOption(ip6 ? Ip6Level : IpLevel, OriginalDestination, address, out length);

    /// <summary>Milliseconds since data was last sent or received on a TCP connection.</summary>
    /// <param name="milliseconds">The lesser of both directions.</param>
    /// <returns>0, or errno.</returns>
    public int GetQuietTime(out uint milliseconds)
    {
        Span<byte> info = stackalloc byte[64];
        milliseconds = 0;
        int error = GetOption(TcpLevel, TcpInfo, info, out int length);
        if (error == 0 && length >= LastDataReceivedAt + 4)
            milliseconds = Math.Min(MemoryMarshal.Read<uint>(info[LastDataSentAt..]), MemoryMarshal.Read<uint>(info[LastDataReceivedAt..]));
        return error;
    }

    /// <summary>Octets that a TCP connection has carried so far, also while they move within the kernel.</summary>
    /// <param name="sent">Those that the peer has acknowledged.</param>
    /// <param name="received">Those that arrived.</param>
    /// <returns>0, or errno.</returns>
    public int GetOctets(out long sent, out long received)
    {
        Span<byte> info = stackalloc byte[136];
        sent = received = 0;
        int error = GetOption(TcpLevel, TcpInfo, info, out int length);
        if (error == 0 && length >= OctetsReceivedAt + 8)
            (sent, received) = (MemoryMarshal.Read<long>(info[OctetsAcknowledgedAt..]), MemoryMarshal.Read<long>(info[OctetsReceivedAt..]));
        return error;
    }

    private int GetOption(int level, int name, Span<byte> value, out int length)
    {
        length = value.Length;
        try
        {
            return getsockopt(_handle, level, name, value, ref length) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        catch (ObjectDisposedException)
        {
            return Closed;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(SafeHandle socket, int level, int name, Span<byte> value, ref int length);
}
