using System.Globalization;
using System.Net;
using Adit.Carriers.Mqtt.Lab;
using Adit.Carriers.Sms.Lab;
using Adit.Cli.Ssh;
using Adit.Core;
using Adit.Core.Certificates;
using Adit.Core.Hops;
using Adit.Core.Policy;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Forwards;
using Adit.Gateway.Hops;
using Adit.Gateway.Listeners;
using Adit.Gateway.Permissions;
using Adit.Gateway.Proxying;
using Adit.Gateway.Serving;
using Adit.Gateway.State;
using Adit.Ssh.Client;
using Adit.Ssh.Keys;

namespace Adit.Cli.Tour;

/// <summary>
/// Both ends on this machine: a gateway on loopback with a key and a state folder of its own, a client's session to it, a proxy, and echoes on TCP and on a unix
/// socket. Disposing closes everything and removes the folder.
/// </summary>
internal sealed class TourSite : IAsyncDisposable
{
    // Ours: the laboratory's numbers, and how much faster than the world it lives.
    private const string GatewayNumber = "4900001";
    private const string ClientNumber = "4900002";
    private const int SmsTimeScale = 100;

    private readonly string _folder;
    private readonly GatewayServer _gateway;
    private readonly SshPrivateKey _key;
    private readonly TourEcho _tcpEcho;
    private readonly TourEcho _unixEcho;
    private readonly ProxyServer _proxy;
    private LinkSite? _links;
    private LabCentre? _centre;
    private LabBroker? _broker;

    private TourSite(string folder, GatewayServer gateway, SshPrivateKey key, SshClient client, TourEcho tcpEcho, TourEcho unixEcho, ProxyServer proxy)
    {
        _proxy = proxy;
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

    /// <summary>Two networks that packet links join; made with the first of them.</summary>
    public LinkSite Links => _links ??= new LinkSite();

    /// <summary>Where the proxy is.</summary>
    public Destination Proxy => _proxy.Listening[0];

    /// <summary>What names the proxy's key.</summary>
    public Pin ProxyPin => _proxy.Pin!;

    /// <summary>What names the gateway's key, within TLS.</summary>
    public Pin WebPin => _gateway.Pin!;

    /// <summary>Where the gateway's web listener of that scheme is, without the scheme.</summary>
    public string Web(string scheme) => _gateway.Listening.First(l => l.Scheme == scheme).ToString()[$"{scheme}://".Length..];

    /// <summary>Octets that were asked for.</summary>
    public long Octets { get; private init; }

    /// <summary>Says how a row goes on, while it does.</summary>
    public Action<string> Tell { get; private init; } = _ => { };

    /// <summary>The carrier key of the gateway's message listeners.</summary>
    public string CarrierKey => Path.Combine(_folder, "carrier.key");

    /// <summary>Where the gateway listens by that scheme.</summary>
    public TcpDestination Gateway(string scheme) => _gateway.Listening.First(l => l.Scheme == scheme) is var at ? new TcpDestination(at.Host, at.Port) : throw new InvalidOperationException(scheme);

    /// <summary>The port of the gateway's DNS server.</summary>
    public int DnsPort => int.Parse(_gateway.Listening.First(l => l.Scheme == "dns").ToString().Split(':')[^1], CultureInfo.InvariantCulture);

    /// <summary>A hop through the laboratory's message centre, which lives fast.</summary>
    public string SmsHop => SmsAt(_centre!, ClientNumber, CarrierKey) + $"&to={GatewayNumber}";

    /// <summary>A hop through the laboratory's broker.</summary>
    public string MqttHop => MqttAt(_broker!, CarrierKey);

    /// <summary>A chain of one hop.</summary>
    public HopChain Chain(IStreamDialer first, string hop, Func<string, CarriersConfiguration>? carriers = null) => BuiltInHops.Create(new SshDialogue(_ => { }), carriers: carriers).Chain([HopUri.Parse(hop, "tour")], first);

    /// <summary>A fresh path for a unix socket.</summary>
    public string NewSocketPath() => Path.Combine(_folder, $"s{Guid.NewGuid():N}"[..12]);

    public static async Task<TourSite> OpenAsync(long octets, Action<string> tell, CancellationToken cancellationToken)
    {
        string folder = Directory.CreateTempSubdirectory("adit-tour-").FullName;
        GatewayServer? gateway = null;
        TourEcho? tcpEcho = null;
        TourEcho? unixEcho = null;
        ProxyServer? proxy = null;
        LabCentre? centre = null;
        LabBroker? broker = null;
        try
        {
            StateFolder state = StateFolder.Open(Path.Combine(folder, "state"));
            SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519, 0, "tour");
            state.MakeAuthorizedKeys();
            await File.AppendAllTextAsync(state.AuthorizedKeysFile, key.PublicKey.ToAuthorizedKeysLine("tour") + "\n", cancellationToken).ConfigureAwait(false);
            string carrierKey = Path.Combine(folder, "carrier.key");
            CarrierKeyFile.Create(carrierKey);
            centre = LabCentre.Start(new LabCentreOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0), TimeScale = SmsTimeScale });
            broker = LabBroker.Start(new LabBrokerOptions { Listen = new IPEndPoint(IPAddress.Loopback, 0) });
            string[] places = [$"dns://127.0.0.1:0/t.example?rate=0&key={carrierKey}", SmsAt(centre, GatewayNumber, carrierKey), MqttAt(broker, carrierKey)];
            ListenUri[] messages = [.. places.Select(t => ListenUri.TryParse(t, out ListenUri? uri, out string? why) ? uri! : throw new TunnelException(TunnelError.BadConfiguration, why!))];
            var configuration = new GatewayConfiguration { Listen = [.. messages, new ListenUri("tcp", "127.0.0.1", 0), new ListenUri("http", "127.0.0.1", 0) { Path = "/t" }, new ListenUri("https", "127.0.0.1", 0) { Path = "/t" }], StreamLocal = StreamLocalPolicy.On };
            gateway = await GatewayServer.StartAsync(configuration, state, null, null, cancellationToken).ConfigureAwait(false);
            tcpEcho = await TourEcho.StartAsync(new TcpDestination("127.0.0.1", 0)).ConfigureAwait(false);
            unixEcho = await TourEcho.StartAsync(new UnixDestination(Path.Combine(folder, "echo"))).ConfigureAwait(false);
            proxy = await StartProxyAsync(folder, (TcpDestination)tcpEcho.At, cancellationToken).ConfigureAwait(false);
            SshClient client = await ConnectAsync(new SocketDialer(), gateway, key, cancellationToken).ConfigureAwait(false);
            return new TourSite(folder, gateway, key, client, tcpEcho, unixEcho, proxy) { _centre = centre, _broker = broker, Octets = octets, Tell = tell };
        }
        catch
        {
            if (tcpEcho is not null) await tcpEcho.DisposeAsync().ConfigureAwait(false);
            if (unixEcho is not null) await unixEcho.DisposeAsync().ConfigureAwait(false);
            if (proxy is not null) await proxy.DisposeAsync().ConfigureAwait(false);
            if (gateway is not null) await gateway.DisposeAsync().ConfigureAwait(false);
            if (centre is not null) await centre.DisposeAsync().ConfigureAwait(false);
            if (broker is not null) await broker.DisposeAsync().ConfigureAwait(false);
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    /// <summary>Another session to the gateway, dialled through something else.</summary>
    public Task<SshClient> ConnectAsync(IStreamDialer through, CancellationToken cancellationToken) => ConnectAsync(through, _gateway, _key, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync().ConfigureAwait(false);
        await _proxy.DisposeAsync().ConfigureAwait(false);
        await _gateway.DisposeAsync().ConfigureAwait(false);
        if (_centre is not null) await _centre.DisposeAsync().ConfigureAwait(false);
        if (_broker is not null) await _broker.DisposeAsync().ConfigureAwait(false);
        await _tcpEcho.DisposeAsync().ConfigureAwait(false);
        await _unixEcho.DisposeAsync().ConfigureAwait(false);
        _key.Dispose();
        _links?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string MqttAt(LabBroker broker, string key) => string.Create(CultureInfo.InvariantCulture, $"mqtt://127.0.0.1:{broker.EndPoint.Port}/adit?rate=0&key={key}");

    private static string SmsAt(LabCentre centre, string number, string key) =>
        string.Create(CultureInfo.InvariantCulture, $"sms+smpp://{number}:tour@127.0.0.1:{centre.EndPoint.Port}?from={number}&rate=1000&window=100&timescale={SmsTimeScale}&key={key}");

    private static Task<ProxyServer> StartProxyAsync(string folder, TcpDestination echo, CancellationToken cancellationToken)
    {
        string certificate = Path.Combine(folder, "proxy.pem");
        SelfSigned.LoadOrCreate(certificate, ["localhost"]).Dispose();
        if (!DestinationRule.TryParse(echo.ToString(), allow: true, out DestinationRule? rule, out string? why)) throw new TunnelException(TunnelError.BadConfiguration, why!);
        var configuration = new ProxyConfiguration { Listen = [new ForwardEndpoint("127.0.0.1", new PortRange(0, 0), null)], TlsCertificate = certificate, Rules = [rule!] };
        return ProxyServer.StartAsync(configuration, BuiltInHops.Create(new SshDialogue(_ => { })), cancellationToken: cancellationToken);
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
