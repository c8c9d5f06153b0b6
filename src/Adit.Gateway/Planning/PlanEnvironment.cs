using System.Globalization;
using Adit.Platform.Libc;

namespace Adit.Gateway.Planning;

/// <summary>What a plan knows of this machine. Immutable.</summary>
public sealed record PlanEnvironment
{
    /// <summary>Whether the process is root.</summary>
    public bool IsRoot { get; init; } = FileStatus.CurrentUser == 0;

    /// <summary>The least port that anybody may listen on (net.ipv4.ip_unprivileged_port_start).</summary>
    public int UnprivilegedPort { get; init; } = 1024;

    /// <summary>This machine.</summary>
    public static PlanEnvironment Current()
    {
        const string Setting = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
        try
        {
            return new PlanEnvironment { UnprivilegedPort = int.Parse(File.ReadAllText(Setting).Trim(), CultureInfo.InvariantCulture) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return new PlanEnvironment();
        }
    }
}
