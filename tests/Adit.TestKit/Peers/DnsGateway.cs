namespace Adit.TestKit.Peers;

/// <summary>"adit serve" as the authority of t.example beyond a <see cref="ResolverSite"/>, and its clients on the other side.</summary>
public sealed class DnsGateway : IAsyncDisposable
{
    /// <summary>The name that known_hosts has for it: nobody dials it.</summary>
    private const string Name = "gateway.test";

    private readonly AditProgram _program = new("dns-gateway");
    private SshKeyFile _identity = null!;
    private SshTarget _target = null!;

    private DnsGateway(ResolverSite site) => Site = site;

    public ResolverSite Site { get; }

    public PeerProcess Process => _program.Process;

    public PeerFolder Folder => _program.Folder;

    /// <summary>The carrier key's file.</summary>
    public string KeyFile => Folder["carrier.key"];

    /// <summary>The public half of what the client expects and logs in with.</summary>
    public (SshTarget Target, SshKeyFile Identity) Login => (_target, _identity);

    /// <summary>Makes the path and the gateway.</summary>
    /// <param name="loss">Of each link and direction, 0 to 1.</param>
    /// <param name="listen">More of the listener's query, beginning with an ampersand.</param>
    public static async Task<DnsGateway> StartAsync(double loss = 0, string listen = "")
    {
        DnsGateway gateway = new(await ResolverSite.StartAsync(loss));
        try
        {
            await gateway.StartItAsync(listen);
            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>The hop through resolvers.</summary>
    /// <param name="resolvers">Addresses with commas between.</param>
    /// <param name="more">More of the query, beginning with an ampersand.</param>
    public string Hop(string resolvers = ResolverSite.Resolver, string more = "") => $"dns://t.example?key={KeyFile}&resolver={resolvers}{more}";

    /// <summary>"adit ssh" on the client's side.</summary>
    public OpenSshClient Client() => new(_target, _identity)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh"],
        Namespace = Site.ClientSide.Name,
        Environment = new Dictionary<string, string?> { ["HOME"] = Folder.Path, ["ADIT_STATE"] = Folder["client"], ["SSH_AUTH_SOCK"] = null },
    };

    /// <summary>ssh(1) on the client's side.</summary>
    public OpenSshClient OpenSsh() => new(_target, _identity)
    {
        Namespace = Site.ClientSide.Name,
        Environment = new Dictionary<string, string?> { ["HOME"] = Folder.Path, ["ADIT_STATE"] = Folder["client"], ["SSH_AUTH_SOCK"] = null },
    };

    /// <summary>A place on the client's side.</summary>
    public NamespaceEndPoint Near(int port) => Site.ClientSide.At("127.0.0.1", port);

    /// <summary>A place beside the gateway.</summary>
    public NamespaceEndPoint Far(int port) => Site.ServerSide.At("127.0.0.1", port);

    public async ValueTask DisposeAsync()
    {
        await _program.DisposeAsync();
        await Site.DisposeAsync();
    }

    private async Task StartItAsync(string listen)
    {
        Directory.CreateDirectory(_program.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _identity = await SshKeyFile.GenerateAsync(_program.Folder, "identity");
        _program.Folder.Write("state/authorized_keys", _identity.PublicLine + "\n");
        (await _program.RunAsync("keygen", "--carrier", "-f", KeyFile)).Succeeded();
        await _program.StartAsync(_program.Command("serve", "--listen", $"dns://{ResolverSite.Server}:53?domain=t.example&key={KeyFile}{listen}", "--listen", "tcp://127.0.0.1:2022", "-v") with { Namespace = Site.ServerSide.Name });
        string key = (await ProcessRunner.RunAsync("ssh-keygen", "-y", "-f", Path.Combine(_program.State, "ssh_host_ed25519_key"))).Succeeded().Text.Trim();
        _target = new SshTarget(Name, 2222, "me", [string.Join(' ', key.Split(' ')[..2])]);
    }
}
