using System.Net;
using Adit.TestKit.Peers;

namespace Adit.Bench.Ssh;

/// <summary>What all measurements of SSH share: a load server, sshd, a gateway of ours, a key, and tunnels between them.</summary>
internal sealed class SshSite : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();
    private readonly PeerFolder _folder = new("bench");
    private SshKeyFile _identity = null!;
    private (SshTarget Target, PeerProcess Process) _sshd;
    private (SshTarget Target, PeerProcess Process) _gateway;

    /// <summary>The load server.</summary>
    public int LoadPort { get; private set; }

    public static async Task<SshSite> StartAsync()
    {
        SshSite site = new();
        try
        {
            site.LoadPort = (await site.StartHelperAsync("load-server")).Port;
            site._identity = await SshKeyFile.GenerateAsync(site._folder, "identity");
            OpenSshServer sshd = site.Own(await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [site._identity.PublicLine] }));
            site._sshd = (sshd.Target, sshd.Process);
            site._gateway = await site.StartGatewayAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out IAsyncDisposable? each)) await each.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>The processes of a server: CPU is of its whole tree, in which only the measured tunnel works.</summary>
    public PeerProcess ServerProcess(string server) => Server(server).Process;

    /// <summary>A command of a client that logs in at a server.</summary>
    /// <param name="client">One of <see cref="Tunnel"/>'s clients.</param>
    /// <param name="server">One of its servers.</param>
    /// <param name="options">The client's options.</param>
    /// <param name="through">A port to connect to in place of the server's; null for its own.</param>
    public async Task<PeerStart> CommandAsync(string client, string server, IReadOnlyList<string> options, int? through = null)
    {
        SshTarget target = Server(server).Target;
        if (through is { } port) target = target with { Port = port };
        switch (client)
        {
            case Tunnel.Plink:
                Plink plink = await Plink.CreateAsync(target, _identity);
                _owned.Push(new Released(plink));
                return plink.Command(options);
            case Tunnel.OurClient:
                AditProgram home = Own(new AditProgram("bench"));
                return Kept(new OpenSshClient(target, _identity) { Program = AditProgram.ExecutablePath, Verb = ["ssh"], Environment = home.Environment }).Command(options);
            default:
                return Kept(new OpenSshClient(target, _identity)).Command(options);
        }
    }

    /// <summary>Opens a forward to the load server.</summary>
    /// <param name="cipher">The cipher, or "default" for the client's own choice.</param>
    /// <param name="client">One of <see cref="Tunnel"/>'s clients.</param>
    /// <param name="server">One of its servers.</param>
    /// <param name="through">A port to connect to in place of the server's; null for its own.</param>
    public async Task<Tunnel> OpenTunnelAsync(string cipher, string client, string server, int? through = null)
    {
        IPEndPoint local = new(IPAddress.Loopback, Ports.Free());
        string[] choice = client == Tunnel.Plink ? [] : ["-c", cipher];
        PeerProcess process = await PeerProcess.StartAsync(await CommandAsync(client, server, ["-N", .. choice, "-L", $"{local}:127.0.0.1:{LoadPort}"], through));
        try
        {
            await Readiness.WaitForListenerAsync(local, process);
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }

        Own(process);
        return new Tunnel(cipher, client, server, local.Port, [process, ServerProcess(server)]);
    }

    /// <summary>Puts a long path before a server.</summary>
    /// <returns>The port to connect to.</returns>
    public async Task<int> DelayAsync(string server, int oneWayMilliseconds) =>
        (await StartHelperAsync("delay-relay", Server(server).Target.Port.ToString(), oneWayMilliseconds.ToString())).Port;

    /// <summary>Starts a helper of this program that prints "ready PORT".</summary>
    public async Task<(int Port, PeerProcess Process)> StartHelperAsync(params string[] arguments)
    {
        PeerProcess process = Own(await PeerProcess.StartAsync(Environment.ProcessPath!, arguments));
        string ready = await process.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready PORT\"");
        return (int.Parse(ready["ready ".Length..]), process);
    }

    private (SshTarget Target, PeerProcess Process) Server(string name) => name == Tunnel.OurServer ? _gateway : _sshd;

    private async Task<(SshTarget Target, PeerProcess Process)> StartGatewayAsync()
    {
        AditProgram program = Own(new AditProgram("bench-gateway"));
        SshKeyFile hostKey = await SshKeyFile.GenerateAsync(program.Folder, "host_key");
        string authorized = program.Folder.Write("authorized_keys", _identity.PublicLine + "\n");
        SshTarget target = new("127.0.0.1", Ports.Free(), Environment.UserName, [hostKey.PublicKey]);
        await program.StartAsync(
            "serve", "--listen", $"tcp://{target.EndPoint}", "--authorized-keys", authorized, "--host-key", hostKey.PrivatePath, "--state", program.State);
        return (target, program.Process);
    }

    private OpenSshClient Kept(OpenSshClient client)
    {
        _owned.Push(new Released(client));
        return client;
    }

    private T Own<T>(T each)
        where T : IAsyncDisposable
    {
        _owned.Push(each);
        return each;
    }

    private sealed class Released(IDisposable what) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            what.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
