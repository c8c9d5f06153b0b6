namespace Adit.Platform.Netlink;

/// <summary>What an account needs in order to change interfaces, and how it gets it.</summary>
public static class NetworkPrivilege
{
    private const int NetAdmin = 12; // CAP_NET_ADMIN, linux/capability.h
    private const int NetRaw = 13; // CAP_NET_RAW

    /// <summary>The advice in one line, for whom CAP_NET_ADMIN is missing.</summary>
    public static string Advice => $"needs CAP_NET_ADMIN: be root, or 'setcap cap_net_admin,cap_net_raw+ep {Program}', or let root make a persistent device of yours ('ip tuntap add dev NAME mode tun user {Environment.UserName}') and set it up";

    /// <summary>The advice in one line, for whom CAP_NET_RAW is missing.</summary>
    public static string RawAdvice => $"needs CAP_NET_RAW: be root, or 'setcap cap_net_admin,cap_net_raw+ep {Program}'";

    /// <summary>Whether this process may change interfaces, in the user namespace it is in.</summary>
    public static bool MayChange => Has(NetAdmin);

    /// <summary>Whether this process may open raw sockets, in the user namespace it is in.</summary>
    public static bool MayOpenRaw => Has(NetRaw);

    private static string Program => Environment.ProcessPath ?? "adit";

    private static bool Has(int capability)
    {
        foreach (string line in File.ReadLines("/proc/thread-self/status"))
        {
            if (line.StartsWith("CapEff:", StringComparison.Ordinal))
                return (Convert.ToUInt64(line[7..].Trim(), 16) >> capability & 1) != 0;
        }

        return false;
    }
}
