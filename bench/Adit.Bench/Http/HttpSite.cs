using System.Net;
using System.Text.RegularExpressions;
using Adit.TestKit.Peers;

namespace Adit.Bench.Http;

/// <summary>What the measurements share: a load server, squid, a gateway behind HTTP, a key.</summary>
internal sealed partial class HttpSite : IAsyncDisposable
{
    /// <summary>How long octets to a squid far away are on their way, in milliseconds.</summary>
    public const int OneWay = 50;

    private readonly AditProgram _gateway = new("bench-gateway");
    private PeerProcess? _load;
    private Squid? _squid;
    private PeerProcess? _delay;
    private int _delayed;
    private SshKeyFile _identity = null!;
    private SshTarget _target = null!;
    private int _tcp;
    private int _http;
    private int _https;
    private string _pin = "";

    public int LoadPort { get; private set; }

    public static async Task<HttpSite> StartAsync()
    {
        if (InstalledPeers.Missing("squid", "ssh-keygen", InstalledPeers.Root) is { } missing) throw new PeerFailureException(missing);
        HttpSite site = new();
        try
        {
            site._load = await PeerProcess.StartAsync(Environment.ProcessPath!, "load-server");
            site.LoadPort = int.Parse((await site._load.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready PORT\""))["ready ".Length..]);
            site._squid = await Squid.StartAsync();
            site._delay = await PeerProcess.StartAsync(Environment.ProcessPath!, "delay-relay", site._squid.Port.ToString(), OneWay.ToString());
            site._delayed = int.Parse((await site._delay.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready PORT\""))["ready ".Length..]);
            await site.StartGatewayAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>"adit ssh -L" over a rung of http.</summary>
    public Task<HttpTunnel> OpenAsync(string query, bool throughSquid, bool isFar = false) =>
        OpenAsync($"http://127.0.0.1:{_http}/t?{query}&proxy={(throughSquid ? $"http://127.0.0.1:{(isFar ? _delayed : _squid!.Port)}" : "none")}");

    /// <summary>The same over https.</summary>
    public Task<HttpTunnel> OpenSecureAsync(string query) => OpenAsync($"https://127.0.0.1:{_https}/t?{query}&proxy=none&pin={_pin}");

    /// <summary>The same over TCP alone.</summary>
    public Task<HttpTunnel> OpenTcpAsync(bool isLifeline) => OpenAsync($"tcp://127.0.0.1:{_tcp}{(isLifeline ? "?resume" : "")}");

    /// <summary>hts at the load server, and htc through squid.</summary>
    public async Task<HttpTunnel> OpenHttptunnelAsync(bool isFar = false)
    {
        (int far, int near) = (Ports.Free(), Ports.Free());
        PeerProcess hts = await PeerProcess.StartAsync("hts", "-w", "-F", $"127.0.0.1:{LoadPort}", far.ToString());
        await Readiness.WaitForListenerAsync(new IPEndPoint(IPAddress.Loopback, far), hts);
        PeerProcess htc = await PeerProcess.StartAsync("htc", "-w", "-F", near.ToString(), "-P", $"127.0.0.1:{(isFar ? _delayed : _squid!.Port)}", $"127.0.0.1:{far}");
        // A connection that only looks whether it listens would be the tunnel's first: it is not made.
        for (int i = 0; i < 500 && !IsListening(near); i++) await Task.Delay(20);
        return new HttpTunnel(near, [hts, htc], htc, hts);
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        if (_delay is not null) await _delay.DisposeAsync();
        if (_squid is not null) await _squid.DisposeAsync();
        if (_load is not null) await _load.DisposeAsync();
    }

    private static bool IsListening(int port) =>
        System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(e => e.Port == port);

    private async Task<HttpTunnel> OpenAsync(string hop)
    {
        OpenSshClient client = new(_target, _identity) { Program = AditProgram.ExecutablePath, Verb = ["ssh"], Environment = _gateway.Environment };
        int port = Ports.Free();
        PeerProcess ssh = await client.StartForwardingAsync("--via", hop, "-L", $"127.0.0.1:{port}:127.0.0.1:{LoadPort}");
        return new HttpTunnel(port, [ssh, _gateway.Process], ssh, new Released(client));
    }

    private async Task StartGatewayAsync()
    {
        _identity = await SshKeyFile.GenerateAsync(_gateway.Folder, "identity");
        string authorized = _gateway.Folder.Write("authorized_keys", _identity.PublicLine + "\n");
        string ready = await _gateway.StartAsync("serve", "--listen", "tcp://127.0.0.1:0", "--listen", "http://127.0.0.1:0/t", "--listen", "https://127.0.0.1:0/t", "--authorized-keys", authorized);
        _tcp = int.Parse(TcpPort().Match(ready).Groups[1].Value);
        MatchCollection ports = Port().Matches(ready);
        (_http, _https) = (int.Parse(ports[0].Groups[1].Value), int.Parse(ports[1].Groups[1].Value));
        _pin = (await _gateway.Process.WaitForOutputLineAsync(l => l.StartsWith("certificate pin=", StringComparison.Ordinal), "its pin"))["certificate pin=".Length..];
        string key = (await ProcessRunner.RunAsync("ssh-keygen", "-y", "-f", Path.Combine(_gateway.State, "ssh_host_ed25519_key"))).Succeeded().Text.Trim();
        _target = new SshTarget("gateway.test", 2222, "me", [string.Join(' ', key.Split(' ')[..2])]);
    }

    [GeneratedRegex(@"tcp://127\.0\.0\.1:(\d+)")]
    private static partial Regex TcpPort();

    [GeneratedRegex(@":(\d+)/t")]
    private static partial Regex Port();

    private sealed class Released(IDisposable what) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            what.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
