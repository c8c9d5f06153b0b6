using System.Net;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>One sshd for all tests of a class, with a key of each kind, and our program in ssh's place.</summary>
public sealed class ClientFixture : IAsyncLifetime
{
    private OpenSshServer? _server;
    private SshKeyFile? _identity;

    public PeerFolder Folder { get; } = new("client");

    public OpenSshServer Server => _server!;

    public SshKeyFile Identity => _identity!;

    public async ValueTask InitializeAsync()
    {
        if (InstalledPeers.Missing("sshd", "ssh-keygen", "setpriv") is not null) return; // each test says so
        _identity = await SshKeyFile.GenerateAsync(Folder, "identity");
        _server = await StartServerAsync();
    }

    public Task<OpenSshServer> StartServerAsync(string address = "127.0.0.1", int port = 0, IReadOnlyList<SshKeyFile>? hostKeys = null, params string[] config) => OpenSshServer.StartAsync(
        new OpenSshServerOptions { AuthorizedKeys = [Identity.PublicLine], Address = address, HostKeyTypes = ["ed25519", "rsa", "ecdsa"], HostKeys = hostKeys, Port = port, Config = config });

    /// <summary>"adit ssh" with a configuration and known_hosts of its own.</summary>
    public OpenSshClient Client(SshTarget? target = null, bool withIdentity = true, IReadOnlyDictionary<string, string?>? environment = null)
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
        return new OpenSshClient(target ?? Server.Target, withIdentity ? Identity : null)
        {
            Program = AditProgram.ExecutablePath,
            Verb = ["ssh"],
            Environment = new Dictionary<string, string?>(environment ?? new Dictionary<string, string?>()) { ["HOME"] = Folder.Path, ["ADIT_STATE"] = Folder["state"] }
                .Concat(environment?.ContainsKey("SSH_AUTH_SOCK") == true ? [] : [KeyValuePair.Create("SSH_AUTH_SOCK", (string?)null)]).ToDictionary(),
        };
    }

    /// <summary>"adit ssh" with the user's own configuration and nothing else, in a home that holds it.</summary>
    public static PeerStart InHome(PeerFolder home, params string[] arguments) => new()
    {
        Program = AditProgram.ExecutablePath,
        Arguments = ["ssh", .. arguments],
        Environment = new Dictionary<string, string?> { ["HOME"] = home.Path, ["SSH_AUTH_SOCK"] = null },
    };

    public static IPEndPoint Loopback(int port) => new(IPAddress.Loopback, port);

    public async ValueTask DisposeAsync()
    {
        if (_server is not null) await _server.DisposeAsync();
        Folder.Dispose();
    }
}
