using System.Diagnostics;

namespace Adit.Cli.Ssh;

/// <summary>LocalCommand: what runs here, with the terminal and standard streams of this process, once the connection stands.</summary>
internal static class LocalCommand
{
    /// <summary>Runs a command in the user's shell and waits for its end. How it ends does not matter, as with ssh(1).</summary>
    public static async Task RunAsync(string command, SshLog log, CancellationToken cancellationToken)
    {
        string shell = Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } given ? given : "/bin/sh";
        log.Debug($"Executing command: '{command}'");
        using Process? process = Process.Start(new ProcessStartInfo(shell, ["-c", command]) { UseShellExecute = false });
        if (process is not null) await process.WaitForExitAsync(cancellationToken);
    }
}
