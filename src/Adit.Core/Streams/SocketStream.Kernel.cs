using System.Net;

namespace Adit.Core.Streams;

/// <summary>What the kernel knows of a connection.</summary>
public sealed partial class SocketStream
{
    /// <summary>How long no data was sent or received (TCP_INFO), also while a relay moves it within the kernel; zero where that is not known.</summary>
    public TimeSpan QuietTime => _isTcp && _socket.GetQuietTime(out uint milliseconds) == 0 ? TimeSpan.FromMilliseconds(milliseconds) : TimeSpan.Zero;

    /// <summary>Octets that went each way so far, as the kernel counts them (TCP_INFO), also while a relay moves them within it; null where that is not known.</summary>
    public (long Sent, long Received)? Octets => _isTcp && _socket.GetOctets(out long sent, out long received) == 0 ? (sent, received) : null;

    /// <summary>Where the connection was going before nftables redirected it here (SO_ORIGINAL_DST); null where it was not.</summary>
    public IPEndPoint? OriginalDestination
    {
        get
        {
            if (!_isTcp || LocalEndPoint is not { } local) return null;
            Span<byte> address = stackalloc byte[SocketAddresses.MaximumLength];
            bool ip6 = local.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
            return _socket.GetOriginalDestination(ip6, address, out int length) == 0 ? SocketAddresses.Read(address[..Math.Min(length, address.Length)]) : null;
        }
    }
}
