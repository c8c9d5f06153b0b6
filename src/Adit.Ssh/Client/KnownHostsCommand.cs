using System.Diagnostics;
using System.Text;
using Adit.Core;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Client;

/// <summary>KnownHostsCommand of ssh_config(5): a program that prints lines of known_hosts, which count beside those of the files.</summary>
internal static class KnownHostsCommand
{
    private const int GreatestOutput = 4 * 1024 * 1024; // ours: octets
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60); // ours

    /// <summary>Runs it without a shell; its standard error is this process's.</summary>
    /// <param name="config">Where it and its tokens stand.</param>
    /// <param name="reason"><c>ORDER</c>, before a key is seen; <c>HOSTNAME</c> and <c>ADDRESS</c>, to judge one.</param>
    /// <param name="name">Whom it is asked about (<c>%H</c>): as known_hosts names it, before the order without a port, as ssh(1) has it.</param>
    /// <param name="key">The host's key; null where there is none yet.</param>
    /// <exception cref="TunnelException">It could not be started, failed, took longer than 60 s or said more than 4 MiB.</exception>
    public static KnownHosts Run(SshConfig config, string reason, string name, SshPublicKey? key)
    {
        IReadOnlyList<string> words = config.Tokens!.KnownHosts(config.KnownHostsCommand!, new Dictionary<char, string>
        {
            ['I'] = reason,
            ['H'] = name,
            ['t'] = key?.KeyType ?? "NONE",
            ['f'] = key?.FingerprintBy(config.FingerprintHash) ?? "NONE",
            ['K'] = key is null ? "NONE" : Convert.ToBase64String(key.Blob.Span),
        });
        if (!words[0].StartsWith('/')) throw Wrong($"expected an absolute path, got {words[0]}");
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(words[0], words.Skip(1)) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
            using var limit = new Timer(_ => Kill(process), null, Patience, Timeout.InfiniteTimeSpan);
            process.StandardInput.Close();
            string text = Read(process);
            process.WaitForExit();
            return process.ExitCode == 0 ? KnownHosts.FromLines(text.Split('\n'), $"KnownHostsCommand-{reason}") : throw Wrong($"{words[0]} failed, status {process.ExitCode}");
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException or IOException and not TunnelException)
        {
            throw Wrong($"{words[0]}: {e.Message}", e);
        }
    }

    private static string Read(Process process)
    {
        var text = new StringBuilder();
        char[] part = new char[4096];
        for (int count; (count = process.StandardOutput.Read(part)) > 0;)
        {
            text.Append(part, 0, count);
            if (text.Length <= GreatestOutput) continue;
            process.Kill(entireProcessTree: true);
            throw Wrong($"expected at most {GreatestOutput} octets, got more");
        }

        return text.ToString();
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or System.ComponentModel.Win32Exception or AggregateException)
        {
            // It has just ended.
        }
    }

    private static TunnelException Wrong(string why, Exception? inner = null) => new(TunnelError.HostKeyUnknown, $"KnownHostsCommand failed: {why}", inner: inner);
}
