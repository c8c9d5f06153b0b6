using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway.Programs;

/// <summary>What the tests of programs at the gateway share: one that permits all of them.</summary>
public abstract class ProgramTest : GatewayTest
{
    private static readonly string[] All = ["exec: true", "shell: true", "pty: true", "agent-forwarding: true", "subsystems: {sftp: internal-sftp}"];

    /// <param name="options">Options of the key's line in authorized_keys; empty for none.</param>
    /// <param name="configuration">Keys of the configuration besides those that permit all.</param>
    internal Task<AditGateway> StartGatewayAsync(string options = "", params string[] configuration) =>
        StartOnlyAsync(options, [.. All, .. configuration]);

    /// <summary>The same with nothing permitted but what the configuration says.</summary>
    internal Task<AditGateway> StartOnlyAsync(string options, params string[] configuration) => AditGateway.StartAsync(
        new AditProgram("gateway") { CoversHome = true }, [options.Length > 0 ? $"{options} {Identity.PublicLine}" : Identity.PublicLine], configuration, "127.0.0.1");

    /// <summary>The command by which other programs (git, rsync) run ssh.</summary>
    internal static string SshCommand(OpenSshClient client) =>
        $"ssh -F {client.ConfigFile} -p {client.Target.Port} -i {client.Identity!.PrivatePath}";

    /// <summary>Processes whose parent is the gateway, by the second field of stat: zombies too.</summary>
    internal static int CountChildren(AditGateway gateway)
    {
        int count = 0;
        foreach (string folder in Directory.GetDirectories("/proc"))
        {
            if (!char.IsAsciiDigit(Path.GetFileName(folder)[0])) continue;
            try
            {
                string stat = File.ReadAllText(Path.Combine(folder, "stat"));
                if (stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1] == gateway.Process.Id.ToString()) count++;
            }
            catch (IOException)
            {
                // It has ended.
            }
        }

        return count;
    }

    internal static int CountDescriptors(AditGateway gateway) => Directory.GetFiles($"/proc/{gateway.Process.Id}/fd").Length;

    internal static int CountThreads(AditGateway gateway) => Directory.GetDirectories($"/proc/{gateway.Process.Id}/task").Length;
}
