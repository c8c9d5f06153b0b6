using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links.Ssh;

/// <summary>A client and a server of <c>ssh -w</c>, each in a network namespace of its own; each either OpenSSH's or ours.</summary>
internal sealed class TunnelSite : IAsyncDisposable
{
    public const string LeftAddress = "10.66.0.1";
    public const string RightAddress = "10.66.0.2";
    public const string LeftAddress6 = "fd66::1";
    public const string RightAddress6 = "fd66::2";

    private readonly List<PeerProcess> _clients = [];
    private readonly SshKeyFile _identity;
    private readonly string _client;

    private TunnelSite(NetworkNamespace left, NetworkNamespace right, OpenSshServer server, SshKeyFile identity, string client) =>
        (Left, Right, Server, _identity, _client) = (left, right, server, identity, client);

    /// <summary>Where the client is.</summary>
    public NetworkNamespace Left { get; }

    /// <summary>Where the server is.</summary>
    public NetworkNamespace Right { get; }

    public OpenSshServer Server { get; }

    /// <summary>Starts the namespaces and the server.</summary>
    /// <param name="client">"openssh" or "adit".</param>
    /// <param name="server">"openssh" or "adit".</param>
    /// <param name="keyOptions">What stands before the key in authorized_keys.</param>
    /// <param name="config">Lines of sshd_config.</param>
    public static async Task<TunnelSite> CreateAsync(string client, string server, SshKeyFile identity, string keyOptions = "", params string[] config)
    {
        (NetworkNamespace left, NetworkNamespace right) = await NetworkNamespace.CreatePairAsync();
        try
        {
            OpenSshServer running = await OpenSshServer.StartAsync(new OpenSshServerOptions
            {
                AuthorizedKeys = [keyOptions + identity.PublicLine],
                Address = right.Address4,
                Namespace = right.Name,
                Config = config.Length > 0 ? config : ["PermitTunnel yes"],
                Program = server == "adit" ? AditProgram.ExecutablePath : null,
                Verb = server == "adit" ? ["sshd"] : [],
            });
            return new TunnelSite(left, right, running, identity, client);
        }
        catch
        {
            await left.DisposeAsync();
            await right.DisposeAsync();
            throw;
        }
    }

    /// <summary>The client, without options.</summary>
    public OpenSshClient Client(string? program = null) => new(Server.Target, _identity)
    {
        Namespace = Left.Name,
        Program = (program ?? _client) == "adit" ? AditProgram.ExecutablePath : null,
        Verb = (program ?? _client) == "adit" ? ["ssh"] : [],
    };

    /// <summary>Opens a tunnel; returns once its devices are there at both ends.</summary>
    public async Task<PeerProcess> OpenAsync(string device, int local, int remote, params string[] options)
    {
        PeerProcess process = await PeerProcess.StartAsync(Client().Command(["-N", "-v", .. device == "tap" ? ["-o", "Tunnel=ethernet"] : Array.Empty<string>(), "-w", $"{local}:{remote}", .. options]));
        _clients.Add(process);
        await process.WaitForErrorLineAsync(l => l.Contains("tunnel forward established", StringComparison.Ordinal), "a line that the tunnel stands");
        return process;
    }

    /// <summary>Gives both ends of a tunnel addresses.</summary>
    public async Task ConfigureAsync(string leftDevice, string rightDevice, int net = 66)
    {
        await IpAsync(Left, $"address add 10.{net}.0.1/24 dev {leftDevice}", $"address add fd{net}::1/64 dev {leftDevice} nodad", $"link set {leftDevice} up");
        await IpAsync(Right, $"address add 10.{net}.0.2/24 dev {rightDevice}", $"address add fd{net}::2/64 dev {rightDevice} nodad", $"link set {rightDevice} up");
    }

    /// <summary>Runs commands of ip(8) in a namespace.</summary>
    public static async Task IpAsync(NetworkNamespace at, params string[] commands) =>
        (await ProcessRunner.RunAsync(new PeerStart { Program = "ip", Arguments = ["-n", at.Name, "-batch", "-"] }, System.Text.Encoding.UTF8.GetBytes(string.Join('\n', commands) + "\n"))).Succeeded();

    /// <summary>What ip(8) says in a namespace.</summary>
    public static async Task<string> ShowAsync(NetworkNamespace at, params string[] words) => (await ProcessRunner.RunAsync("ip", ["-n", at.Name, .. words])).Text;

    /// <summary>Pings, and expects all answers.</summary>
    public static async Task PingAsync(NetworkNamespace from, string to, int size, params string[] options)
    {
        ProcessResult result = await ProcessRunner.RunAsync(new PeerStart { Program = "ping", Arguments = ["-n", "-q", "-c", "3", "-i", "0.02", "-W", "5", "-s", size.ToString(), .. options, to], Namespace = from.Name });
        if (result.Succeeded().Text.Contains("3 received", StringComparison.Ordinal)) return;
        Assert.Fail($"{result.Text}\n{await ShowAsync(from, "-s", "-s", "link", "show")}\n{await ShowAsync(from, "neighbour", "show")}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (PeerProcess client in _clients) await client.DisposeAsync();
        await Server.DisposeAsync();
        await Left.DisposeAsync();
        await Right.DisposeAsync();
    }
}
