namespace Adit.TestKit.Peers;

/// <summary>
/// The small programs around asyncssh and paramiko that lie beside the tests (Peers/*.py). Each prints "ready PORT" on standard output once it
/// serves, PORT being what it listens on, and ends with the tests.
/// </summary>
public sealed class PythonPeer : IAsyncDisposable
{
    private readonly PeerFolder _folder;

    private PythonPeer(PeerFolder folder, PeerProcess process, int port)
    {
        _folder = folder;
        Process = process;
        Port = port;
    }

    public PeerProcess Process { get; }

    /// <summary>What follows "ready".</summary>
    public int Port { get; }

    /// <summary>Starts a server; <paramref name="script"/> is asyncssh_server or paramiko_server.</summary>
    public static async Task<(PythonPeer Peer, SshTarget Target)> StartServerAsync(
        string script, IReadOnlyList<string> authorizedKeys, string address = "127.0.0.1", string hostKeyType = "ed25519")
    {
        PeerFolder folder = new(script);
        try
        {
            SshKeyFile hostKey = hostKeyType == "rsa"
                ? await SshKeyFile.GenerateAsync(folder, "host_key", "rsa", format: "PEM")
                : await SshKeyFile.GenerateAsync(folder, "host_key", hostKeyType);
            string keys = folder.Write("authorized_keys", string.Join('\n', authorizedKeys) + "\n");
            PythonPeer peer = await StartAsync(folder, script, [address, Ports.Free().ToString(), hostKey.PrivatePath, keys]);
            return (peer, new SshTarget(address, peer.Port, Environment.UserName, [hostKey.PublicKey]));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Starts a client with one forward; <paramref name="script"/> is asyncssh_client or paramiko_client, <paramref name="direction"/> local or
    /// remote, and <see cref="Port"/> the port that is then open here or at the server.
    /// </summary>
    public static async Task<PythonPeer> StartClientAsync(
        string script, SshTarget target, SshKeyFile identity, string direction, string targetHost, int targetPort)
    {
        PeerFolder folder = new(script);
        try
        {
            string knownHosts = folder.Write("known_hosts", target.KnownHosts);
            return await StartAsync(
                folder,
                script,
                [target.Host, target.Port.ToString(), target.User, identity.PrivatePath, knownHosts, direction, targetHost, targetPort.ToString()]);
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

    private static async Task<PythonPeer> StartAsync(PeerFolder folder, string script, string[] arguments)
    {
        PeerProcess process = await PeerProcess.StartAsync(new PeerStart
        {
            Program = "/usr/bin/python3",
            Arguments = ["-u", Path.Combine(AppContext.BaseDirectory, "Peers", script + ".py"), .. arguments],
            Environment = new Dictionary<string, string?> { ["HOME"] = folder.Path, ["SSH_AUTH_SOCK"] = null, ["PYTHONDONTWRITEBYTECODE"] = "1" },
        });
        try
        {
            string ready = await process.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready PORT\"");
            return new PythonPeer(folder, process, int.Parse(ready["ready ".Length..]));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }
}
