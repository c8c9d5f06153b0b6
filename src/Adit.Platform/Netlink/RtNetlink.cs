namespace Adit.Platform.Netlink;

/// <summary>
/// Interfaces, addresses and routes by rtnetlink(7), without ip(8). One thread at a time. It acts in the network namespace of the thread that made it.
/// </summary>
/// <remarks>
/// Theory of operation: every change is one request, which the kernel has carried out or refused when the call returns; a refusal is a <see cref="NetlinkException"/> with the words the kernel
/// found for it (NETLINK_EXT_ACK). Looking needs no privilege, changing needs CAP_NET_ADMIN.
/// </remarks>
public sealed partial class RtNetlink : IDisposable
{
    /// <summary>The longest name of an interface, in octets (IFNAMSIZ less its zero).</summary>
    public const int LongestName = 15;

    private readonly NetlinkSocket _socket = new();

    /// <summary>Whether a name may be that of an interface, as the kernel judges (dev_valid_name).</summary>
    /// <param name="name">The name.</param>
    public static bool IsName(string? name) =>
        name is { Length: > 0 and <= LongestName } and not "." and not ".." && name.All(c => c is > ' ' and < (char)127 and not '/' and not ':' and not '%');

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private static byte FamilyOf(System.Net.IPAddress address) => address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? NetlinkNumbers.Inet : NetlinkNumbers.Inet6;
}
