using System.Runtime.InteropServices;

namespace Adit.Platform.Netlink;

/// <summary>The kernel refused something of an interface, an address or a route. The message is one line: <i>where: what: the kernel's words</i>.</summary>
public sealed class NetlinkException : IOException
{
    private const int NotPermitted = 1; // EPERM
    private const int AccessDenied = 13; // EACCES

    internal NetlinkException(string what, int errorNumber, string? words = null)
        : base($"{what}: {Describe(errorNumber, words)}") => ErrorNumber = errorNumber;

    /// <summary>errno, see errno(3).</summary>
    public int ErrorNumber { get; }

    /// <summary>Whether CAP_NET_ADMIN was missing.</summary>
    public bool IsPrivilegeMissing => ErrorNumber is NotPermitted or AccessDenied;

    /// <summary>Whether it is there already (EEXIST).</summary>
    public bool IsThereAlready => ErrorNumber == 17;

    /// <summary>Whether it is not there (ENODEV, ENOENT, ESRCH, EADDRNOTAVAIL).</summary>
    public bool IsMissing => ErrorNumber is 19 or 2 or 3 or 99;

    private static string Describe(int errorNumber, string? words)
    {
        string system = Marshal.GetPInvokeErrorMessage(errorNumber);
        if (errorNumber is NotPermitted or AccessDenied) return $"{system}: {NetworkPrivilege.Advice}";
        return words is null ? system : $"{words.TrimEnd('.')} ({system})";
    }
}
