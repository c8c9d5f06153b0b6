using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Adit.TestKit.Peers;

namespace Adit.Bench.Mqtt;

/// <summary>What the measurements share: mosquitto, a load server, an SSH server, and the carrier's two ends before each.</summary>
internal sealed partial class MqttSite : IAsyncDisposable
{
    private const int MessageLength = 16 * 1024;

    private readonly AditProgram _gateway = new("bench-gateway");
    private readonly List<IAsyncDisposable> _owned = [];
    private readonly string _secret = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
    private PeerFolder _folder = null!;

    public Mosquitto Broker { get; private set; } = null!;

    /// <summary>Ways to the load server: by name, where they are entered, and the processes of both ends.</summary>
    public List<(string Name, int Port, PeerProcess[] Ends)> Ways { get; } = [];

    public static async Task<MqttSite> StartAsync()
    {
        if (InstalledPeers.Missing("mosquitto", "mosquitto_pub", "mosquitto_sub", "ssh-keygen") is { } missing) throw new PeerFailureException(missing);
        MqttSite site = new();
        try
        {
            await site.StartAllAsync();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>Octets a second from mosquitto_pub to mosquitto_sub, which protect nothing and lose what they cannot take: what the broker can do at most.</summary>
    public async Task<double> MeasureRawAsync(long octets)
    {
        string file = _folder["message"];
        await File.WriteAllBytesAsync(file, RandomNumberGenerator.GetBytes(MessageLength));
        long count = octets / MessageLength, wanted = count * 3 / 4;
        string[] at = ["-h", "127.0.0.1", "-p", Broker.Port.ToString(CultureInfo.InvariantCulture), "-t", "raw"];
        await using PeerProcess sub = await PeerProcess.StartAsync("mosquitto_sub", [.. at, "-C", wanted.ToString(CultureInfo.InvariantCulture), "-F", "%l"]);
        while (!Broker.Log.Contains("raw (QoS 0)", StringComparison.Ordinal)) await Task.Delay(20);
        long began = Stopwatch.GetTimestamp();
        await using PeerProcess pub = await PeerProcess.StartAsync("mosquitto_pub", [.. at, "-f", file, "--repeat", count.ToString(CultureInfo.InvariantCulture)]);
        try
        {
            await sub.WaitForExitAsync(TimeSpan.FromSeconds(30));
        }
        catch (PeerFailureException)
        {
            return double.NaN; // more was lost than a quarter
        }

        return wanted * MessageLength / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public async ValueTask DisposeAsync()
    {
        for (int i = _owned.Count - 1; i >= 0; i--) await _owned[i].DisposeAsync();
        await _gateway.DisposeAsync();
        if (Broker is not null) await Broker.DisposeAsync();
        _folder?.Dispose();
    }

    private async Task StartAllAsync()
    {
        _folder = new PeerFolder("bench-mqtt");
        Broker = await Mosquitto.StartAsync(["allow_anonymous true", "log_type subscribe"]);
        PeerProcess load = Own(await PeerProcess.StartAsync(Environment.ProcessPath!, "load-server"));
        int loadPort = int.Parse((await load.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready PORT\""))["ready ".Length..], CultureInfo.InvariantCulture);
        Ways.Add(("direct", loadPort, []));

        PeerProcess far = await EndAsync("gateway", loadPort);
        int plain = Ports.Free();
        Ways.Add(("carrier alone", plain, [far, await EndAsync("client", plain)]));
        await Task.WhenAll(far.WaitForOutputLineAsync(l => l == "ready", "a line \"ready\""));

        SshKeyFile identity = await SshKeyFile.GenerateAsync(_gateway.Folder, "identity");
        string authorized = _gateway.Folder.Write("authorized_keys", identity.PublicLine + "\n");
        string ready = await _gateway.StartAsync("serve", "--listen", "tcp://127.0.0.1:0", "--authorized-keys", authorized);
        int sshPort = int.Parse(PortAtEnd().Match(ready).Groups[1].Value, CultureInfo.InvariantCulture);
        string key = (await ProcessRunner.RunAsync("ssh-keygen", "-y", "-f", Path.Combine(_gateway.State, "ssh_host_ed25519_key"))).Succeeded().Text.Trim();
        await OpenSshAsync(sshPort, key, identity, loadPort);
    }

    private async Task OpenSshAsync(int sshPort, string key, SshKeyFile identity, int loadPort)
    {
        // A second gateway's end would share the first one's topic: it has a broker's prefix of its own by a broker of its own.
        Mosquitto second = Own(await Mosquitto.StartAsync(["allow_anonymous true"]));
        PeerProcess far = await EndAsync("gateway", sshPort, second.Port);
        int near = Ports.Free();
        PeerProcess client = await EndAsync("client", near, second.Port);
        var target = new SshTarget("127.0.0.1", near, "me", [string.Join(' ', key.Split(' ')[..2])]);
        OpenSshClient ssh = new(target, identity) { Program = AditProgram.ExecutablePath, Verb = ["ssh"], Environment = _gateway.Environment };
        int entry = Ports.Free();
        PeerProcess forwarding = Own(await ssh.StartForwardingAsync("-L", $"127.0.0.1:{entry}:127.0.0.1:{loadPort}"));
        Ways.Add(("SSH inside", entry, [far, client, forwarding, _gateway.Process]));
    }

    private async Task<PeerProcess> EndAsync(string role, int port, int? broker = null)
    {
        PeerProcess process = Own(await PeerProcess.StartAsync(Environment.ProcessPath!, "mqtt-end", role, (broker ?? Broker.Port).ToString(CultureInfo.InvariantCulture), _secret, port.ToString(CultureInfo.InvariantCulture)));
        await process.WaitForOutputLineAsync(l => l == "ready", "a line \"ready\"");
        return process;
    }

    private T Own<T>(T what)
        where T : IAsyncDisposable
    {
        _owned.Add(what);
        return what;
    }

    [GeneratedRegex(@":(\d+)$")]
    private static partial Regex PortAtEnd();
}
