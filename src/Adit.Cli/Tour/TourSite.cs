using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Listeners;
using Adit.Gateway.Permissions;
using Adit.Gateway.Serving;
using Adit.Gateway.State;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;

namespace Adit.Cli.Tour;

/// <summary>
/// Both ends on this machine: a gateway on loopback with a key and a state folder of its own, a client's session to it, and echoes on TCP and on a unix
/// socket. Disposing closes everything and removes the folder.
/// </summary>
internal sealed class TourSite : IAsyncDisposable
{
    private readonly string _folder;
    private readonly GatewayServer _gateway;
    private readonly SshPrivateKey _key;
    private readonly TourEcho _tcpEcho;
    private readonly TourEcho _unixEcho;

    private TourSite(string folder, GatewayServer gateway, SshPrivateKey key, SshClient client, TourEcho tcpEcho, TourEcho unixEcho)
    {
        _folder = folder;
        _gateway = gateway;
        _key = key;
        Client = client;
        _tcpEcho = tcpEcho;
        _unixEcho = unixEcho;
    }

    /// <summary>The session that most rows share.</summary>
    public SshClient Client { get; }

    /// <summary>An echo on a TCP port of loopback.</summary>
    public TcpDestination TcpEcho => (TcpDestination)_tcpEcho.At;

    /// <summary>An echo on a unix socket.</summary>
    public UnixDestination UnixEcho => (UnixDestination)_unixEcho.At;

    /// <summary>A fresh path for a unix socket.</summary>
    public string NewSocketPath() => Path.Combine(_folder, $"s{Guid.NewGuid():N}"[..12]);

    public static async Task<TourSite> OpenAsync(CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("adit-tour-").FullName;
        GatewayServer? gateway = null;
        TourEcho? tcpEcho = null;
        TourEcho? unixEcho = null;
        try
        {
            StateFolder state = StateFolder.Open(Path.Combine(folder, "state"));
            SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519, 0, "tour");
            state.MakeAuthorizedKeys();
            await File.AppendAllTextAsync(state.AuthorizedKeysFile, key.PublicKey.ToAuthorizedKeysLine("tour") + "\n", cancellationToken).ConfigureAwait(false);
            var configuration = new GatewayConfiguration { Listen = [new ListenUri("tcp", "127.0.0.1", 0)], StreamLocal = StreamLocalPolicy.On };
            gateway = await GatewayServer.StartAsync(configuration, state, null, null, cancellationToken).ConfigureAwait(false);
            tcpEcho = await TourEcho.StartAsync(new TcpDestination("127.0.0.1", 0)).ConfigureAwait(false);
            unixEcho = await TourEcho.StartAsync(new UnixDestination(Path.Combine(folder, "echo"))).ConfigureAwait(false);
            SshClient client = await ConnectAsync(new SocketDialer(), gateway, key, cancellationToken).ConfigureAwait(false);
            return new TourSite(folder, gateway, key, client, tcpEcho, unixEcho);
        }
        catch
        {
            if (tcpEcho is not null) await tcpEcho.DisposeAsync().ConfigureAwait(false);
            if (unixEcho is not null) await unixEcho.DisposeAsync().ConfigureAwait(false);
            if (gateway is not null) await gateway.DisposeAsync().ConfigureAwait(false);
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Another session to the gateway, dialled through something else.</summary>
    public Task<SshClient> ConnectAsync(IStreamDialer through, CancellationToken cancellationToken) => ConnectAsync(through, _gateway, _key, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync().ConfigureAwait(false);
        await _gateway.DisposeAsync().ConfigureAwait(false);
        await _tcpEcho.DisposeAsync().ConfigureAwait(false);
        await _unixEcho.DisposeAsync().ConfigureAwait(false);
        _key.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static Task<SshClient> ConnectAsync(IStreamDialer through, GatewayServer gateway, SshPrivateKey key, CancellationToken cancellationToken)
    {
        ListenUri at = gateway.Listening[0];
        string known = $"[{at.Host}]:{at.Port} {gateway.HostKeys[0].ToAuthorizedKeysLine()}";
        var options = new SshClientOptions
        {
            Host = at.Host,
            Port = at.Port,
            User = "tour",
            Identities = [key],
            HostKeys = new KnownHostsPolicy(KnownHosts.FromLines([known], "the tour's own")),
        };
        return SshClient.ConnectAsync(through, options, null, cancellationToken);
    }
}
