using System.Collections.Concurrent;
using System.Diagnostics;

namespace Adit.TestKit.Peers;

/// <summary>Which of the programs that tests need are here.</summary>
public static class InstalledPeers
{
    /// <summary>Asked for like a program: the rights of root.</summary>
    public const string Root = "root";

    /// <summary>Asked for like a program: a module of /usr/bin/python3, as in "python3:asyncssh".</summary>
    public const string PythonModule = "python3:";

    /// <summary>Asked for like a program: a package of npm, as in "node:russh".</summary>
    public const string NodePackage = "node:";

    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin", "/usr/bin", "/bin"];

    private static readonly ConcurrentDictionary<string, bool> Known = new();

    /// <summary>In CI nothing may be missing.</summary>
    public static bool MustBeComplete => Environment.GetEnvironmentVariable("CI") is "true" or "1";

    /// <summary>The full path of a program; sshd insists on being started by it.</summary>
    public static string Find(string program) =>
        Folders.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists)
        ?? throw new PeerFailureException($"{program}: expected in {string.Join(':', Folders.Distinct())}, not there");

    /// <summary>Why a test that needs these cannot run, or null when it can.</summary>
    public static string? Missing(params string[] needs)
    {
        string[] absent = [.. needs.Where(n => !Known.GetOrAdd(n, IsThere))];
        return absent.Length == 0 ? null : $"not here: {string.Join(", ", absent)}";
    }

    private static bool IsThere(string need)
    {
        if (need == Root) return Environment.IsPrivilegedProcess;
        if (need.StartsWith(NodePackage, StringComparison.Ordinal)) return IsThere("node") && NodePeer.Has(need[NodePackage.Length..]);
        if (!need.StartsWith(PythonModule, StringComparison.Ordinal)) return Folders.Any(f => File.Exists(Path.Combine(f, need)));
        if (!File.Exists("/usr/bin/python3")) return false;
        ProcessStartInfo start = new("/usr/bin/python3", ["-c", $"import {need[PythonModule.Length..]}"]) { RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
