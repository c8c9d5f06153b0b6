using System.Net.Sockets;

namespace Adit.Core.Streams;

/// <summary>Says what a socket's error means for a tunnel.</summary>
public static class SocketErrors
{
    /// <summary>The tunnel error of a socket error.</summary>
    public static TunnelError ToTunnelError(this SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain or SocketError.NoRecovery => TunnelError.NameNotResolved,
        SocketError.ConnectionRefused => TunnelError.ConnectionRefused,
        SocketError.HostUnreachable or SocketError.NetworkUnreachable or SocketError.HostDown or SocketError.NetworkDown
            or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported => TunnelError.Unreachable,
        SocketError.TimedOut => TunnelError.TimedOut,
        SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown => TunnelError.Reset,
        SocketError.AddressAlreadyInUse => TunnelError.AddressInUse,
        SocketError.AccessDenied => TunnelError.PermissionDenied,
        SocketError.OperationAborted or SocketError.Interrupted => TunnelError.Closed,
        SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable => TunnelError.ResourceShortage,
        _ => TunnelError.Unknown,
    };

    /// <summary>A short text of a socket error in the words of strerror(3).</summary>
    public static string ToText(this SocketError error) => error switch
    {
        SocketError.HostNotFound or SocketError.NoData => "Name or service not known",
        SocketError.TryAgain => "Temporary failure in name resolution",
        SocketError.ConnectionRefused => "Connection refused",
        SocketError.HostUnreachable => "No route to host",
        SocketError.NetworkUnreachable => "Network is unreachable",
        SocketError.TimedOut => "Connection timed out",
        SocketError.ConnectionReset => "Connection reset by peer",
        SocketError.Shutdown => "Broken pipe",
        SocketError.AddressAlreadyInUse => "Address already in use",
        SocketError.AddressNotAvailable => "Cannot assign requested address",
        SocketError.AddressFamilyNotSupported => "Address family not supported",
        SocketError.AccessDenied => "Permission denied",
        SocketError.TooManyOpenSockets => "Too many open files",
        _ => error.ToString(),
    };
}
