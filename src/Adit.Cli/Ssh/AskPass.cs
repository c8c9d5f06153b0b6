using System.Diagnostics;

namespace Adit.Cli.Ssh;

/// <summary>
/// SSH_ASKPASS: a program that asks in the person's place, where there is no terminal or SSH_ASKPASS_REQUIRE says so (ENVIRONMENT in ssh(1)). The
/// question is its argument, the first line of its output the answer.
/// </summary>
internal static class AskPass
{
    private const string UsualProgram = "/usr/bin/ssh-askpass";

    /// <summary>Whether the program goes before the terminal.</summary>
    public static bool IsPreferred => Required switch { "force" => true, "prefer" => HasDisplay, _ => false };

    /// <summary>Whether the program may stand in for a terminal that is missing.</summary>
    public static bool IsPermitted => Required switch { "force" => true, "never" => false, _ => HasDisplay };

    private static string Required => Environment.GetEnvironmentVariable("SSH_ASKPASS_REQUIRE")?.ToLowerInvariant() ?? "";

    private static bool HasDisplay => Environment.GetEnvironmentVariable("DISPLAY") is { Length: > 0 } || Environment.GetEnvironmentVariable("WAYLAND_DISPLAY") is { Length: > 0 };

    /// <summary>Asks. Blocks.</summary>
    /// <returns>The answer; null when there is no such program, or it ended with a failure.</returns>
    public static string? Ask(string question)
    {
        string program = Environment.GetEnvironmentVariable("SSH_ASKPASS") is { Length: > 0 } named ? named : UsualProgram;
        if (!File.Exists(program)) return null;
        try
        {
            using Process? process = Process.Start(new ProcessStartInfo(program, [question]) { UseShellExecute = false, RedirectStandardOutput = true });
            if (process is null) return null;
            string answer = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? answer.Split('\n')[0].TrimEnd('\r') : null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
