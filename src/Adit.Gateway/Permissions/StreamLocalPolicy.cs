using Adit.Core.Policy;

namespace Adit.Gateway.Permissions;

/// <summary>
/// Which unix sockets of the gateway's machine a session may reach or make. A folder stands for everything below it; the deeper of two folders
/// that both match decides. The state folder's are never reachable, whatever is configured. By default none is; once switched on, the system's
/// services (<c>/run</c>, <c>/var/run</c>: container engines, message bus, agents) stay out of reach until named, and others do not.
/// </summary>
/// <param name="Enabled">Whether any socket may be reached; default false.</param>
/// <param name="Allow">Absolute paths of sockets or folders that are allowed although <paramref name="Deny"/> has a folder above them.</param>
/// <param name="Deny">Absolute paths of sockets or folders that are denied.</param>
public sealed record StreamLocalPolicy(bool Enabled, IReadOnlyList<string> Allow, IReadOnlyList<string> Deny)
{
    /// <summary>Denied where nothing is configured: what listens there often gives root to whoever connects.</summary>
    public static IReadOnlyList<string> SystemFolders { get; } = ["/run", "/var/run"];

    /// <summary>The default: none.</summary>
    public static StreamLocalPolicy Default { get; } = new(false, [], SystemFolders);

    /// <summary>Switched on: all but the system's.</summary>
    public static StreamLocalPolicy On { get; } = new(true, [], SystemFolders);

    /// <summary>Judges one path.</summary>
    /// <param name="path">Absolute, with symbolic links already followed by the caller.</param>
    /// <param name="neverReachable">Folders that no configuration opens: the state folder.</param>
    public PolicyVerdict Judge(string path, IReadOnlyList<string> neverReachable)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(neverReachable);
        if (path.Length == 0 || path[0] != '/' || path.Contains('\0', StringComparison.Ordinal)) return new PolicyVerdict(false, "streamlocal: absolute paths only");
        string full = Path.GetFullPath(path);
        foreach (string folder in neverReachable)
            if (Depth(folder, full) > 0) return new PolicyVerdict(false, "streamlocal: the gateway's state folder is never reachable");
        if (!Enabled) return new PolicyVerdict(false, "streamlocal: off until configured");
        string? denied = Deny.MaxBy(d => Depth(d, full));
        string? allowed = Allow.MaxBy(a => Depth(a, full));
        int deny = denied is null ? 0 : Depth(denied, full);
        int allow = allowed is null ? 0 : Depth(allowed, full);
        if (deny > 0 && deny >= allow) return new PolicyVerdict(false, $"streamlocal: deny {denied}");
        return new PolicyVerdict(true, allow > 0 ? $"streamlocal: allow {allowed}" : "streamlocal: on");
    }

    // How many octets of the path the rule names; 0 if it is not the path or a folder above it.
    private static int Depth(string rule, string path)
    {
        string folder = rule.TrimEnd('/');
        return path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/') ? folder.Length + 1 : 0;
    }
}
