using System.Text;

namespace Adit.TestKit.Peers;

/// <summary>A private sshd(8) of OpenSSH for the user who runs the tests: own configuration, host keys and port, logging to standard error.</summary>
public sealed class OpenSshServer : IAsyncDisposable
{
    private readonly PeerFolder _folder;

    private OpenSshServer(PeerFolder folder, PeerProcess process, SshTarget target, IReadOnlyList<SshKeyFile> hostKeys)
    {
        _folder = folder;
        Process = process;
        Target = target;
        HostKeys = hostKeys;
    }

    public PeerProcess Process { get; }

    public SshTarget Target { get; }

    public IReadOnlyList<SshKeyFile> HostKeys { get; }

    /// <summary>Its configuration, which may be changed before a SIGHUP.</summary>
    public string ConfigFile => _folder["sshd_config"];

    /// <summary>Its private folder.</summary>
    public PeerFolder Folder => _folder;

    public static async Task<OpenSshServer> StartAsync(OpenSshServerOptions options)
    {
        PeerFolder folder = new("sshd");
        try
        {
            List<SshKeyFile> hostKeys = [.. options.HostKeys ?? []];
            if (options.HostKeys is null)
            {
                foreach (string type in options.HostKeyTypes) hostKeys.Add(await SshKeyFile.GenerateAsync(folder, $"host_{type}", type));
            }

            int port = options.Port == 0 ? Ports.Free() : options.Port;
            SshTarget target = new(options.Address, port, Environment.UserName, [.. hostKeys.Select(k => k.PublicKey)]);
            if (Environment.IsPrivilegedProcess) Directory.CreateDirectory("/run/sshd"); // sshd's privilege separation folder
            string config = folder.Write("sshd_config", Config(options, folder, target, hostKeys));
            PeerProcess process = await PeerProcess.StartAsync(new PeerStart
            {
                Program = options.Program ?? InstalledPeers.Find("sshd"),
                Arguments = [.. options.Verb, "-D", "-e", "-f", config],
                Namespace = options.Namespace,
            });
            OpenSshServer server = new(folder, process, target, hostKeys);
            try
            {
                await process.WaitForErrorLineAsync(l => l.Contains("Server listening on", StringComparison.Ordinal), "a line that it listens");
                return server;
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Dispose();
    }

    private static string Config(OpenSshServerOptions options, PeerFolder folder, SshTarget target, List<SshKeyFile> hostKeys)
    {
        StringBuilder config = new();
        foreach (string line in options.Config) config.Append(line).Append('\n');
        foreach (SshKeyFile key in hostKeys) config.Append("HostKey ").Append(key.PrivatePath).Append('\n');
        config.Append($"""
            ListenAddress {(target.Host.Contains(':') ? $"[{target.Host}]" : target.Host)}:{target.Port}
            PidFile none
            LogLevel VERBOSE
            UsePAM no
            StrictModes no
            PermitRootLogin yes
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UseDNS no
            MaxStartups 1000
            MaxSessions 1000
            AuthorizedKeysFile {folder.Write("authorized_keys", string.Join('\n', options.AuthorizedKeys) + "\n")}

            """);
        foreach (string line in options.Last) config.Append(line).Append('\n');
        return config.ToString();
    }
}
