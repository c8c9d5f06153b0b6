using System.Runtime.InteropServices;

namespace Adit.Core.Streams;

/// <summary>Says what errno of a socket call means for a tunnel (asm-generic/errno.h).</summary>
internal static class SystemErrors
{
    /// <summary>EHOSTUNREACH, where nothing else is known.</summary>
    public const int HostUnreachable = 113;

    /// <summary>EMFILE, ENFILE, ENOMEM and ENOBUFS pass by themselves when something is closed.</summary>
    public static bool IsShortage(int error) => error is 24 or 23 or 12 or 105;

    /// <summary>The tunnel error.</summary>
    public static TunnelError ToTunnelError(int error) => error switch
    {
        111 => TunnelError.ConnectionRefused,
        HostUnreachable or 101 or 112 or 100 or 99 or 97 => TunnelError.Unreachable,
        110 => TunnelError.TimedOut,
        104 or 103 or 32 => TunnelError.Reset,
        98 => TunnelError.AddressInUse,
        13 or 1 => TunnelError.PermissionDenied,
        24 or 23 or 12 or 105 => TunnelError.ResourceShortage,
        _ => TunnelError.Unknown,
    };

    /// <summary>The words of strerror(3).</summary>
    public static string ToText(int error) => Marshal.GetPInvokeErrorMessage(error);
}
