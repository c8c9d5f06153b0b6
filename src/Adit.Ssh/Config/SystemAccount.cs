using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace Adit.Ssh.Config;

/// <summary>The account and the machine that this process runs on, as far as a configuration asks.</summary>
internal static class SystemAccount
{
    // passwd(5): name:password:uid:gid:gecos:home:shell
    private const string AccountFile = "/etc/passwd";

    public static SshConfigEnvironment Describe()
    {
        string[]? account = Find(fields => fields[0] == Environment.UserName);
        string home = Environment.GetEnvironmentVariable("HOME") is { Length: > 0 } given ? given : account?[5] ?? "/";
        return new SshConfigEnvironment
        {
            LocalUser = Environment.UserName,
            LocalUserId = account?[2] ?? "0",
            HomeDirectory = account?[5] is { Length: > 0 } listed ? listed : home,
            LocalHostName = Environment.MachineName,
        };
    }

    public static string? FindHome(string user) => Find(fields => fields[0] == user)?[5];

    public static bool RunShell(string command)
    {
        string shell = Environment.GetEnvironmentVariable("SHELL") is { Length: > 0 } given ? given : "/bin/sh";
        var start = new ProcessStartInfo(shell) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(command);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        process.StandardOutput.BaseStream.CopyTo(Stream.Null);
        process.WaitForExit();
        return process.ExitCode == 0;
    }

    public static IReadOnlyList<IPAddress> GetLocalAddresses() =>
        [.. NetworkInterface.GetAllNetworkInterfaces().Where(n => n.OperationalStatus != OperationalStatus.Down)
            .SelectMany(n => n.GetIPProperties().UnicastAddresses).Select(a => a.Address)];

    public static string? FindCanonicalName(string name)
    {
        try
        {
            return Dns.GetHostEntry(name).HostName;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private static string[]? Find(Func<string[], bool> matches)
    {
        try
        {
            return File.ReadLines(AccountFile).Select(line => line.Split(':')).FirstOrDefault(fields => fields.Length >= 7 && matches(fields));
        }
        catch (IOException)
        {
            return null;
        }
    }
}
