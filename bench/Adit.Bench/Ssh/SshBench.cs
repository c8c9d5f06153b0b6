using System.Globalization;
using System.Net;
using Adit.Bench.Load;
using Adit.TestKit.Peers;

namespace Adit.Bench.Ssh;

/// <summary>ssh -L over loopback, every pairing of OpenSSH's ends and ours, interleaved.</summary>
internal sealed class SshBench : IAsyncDisposable
{
    private static readonly string[] Ciphers = ["aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com"];

    private readonly BenchOptions _options;
    private readonly List<Tunnel> _tunnels = [];
    private readonly Stack<IAsyncDisposable> _owned = new();
    private readonly PeerFolder _folder = new("bench");
    private SshKeyFile _identity = null!;
    private int _loadPort;

    private SshBench(BenchOptions options)
    {
        _options = options;
    }

    public static async Task RunAsync(BenchOptions options)
    {
        Console.WriteLine(await Machine.DescribeAsync());
        await using SshBench bench = new(options);
        await bench.StartAsync();
        await bench.MeasureAsync();
        SshReport.Print(options, bench._tunnels);
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out IAsyncDisposable? each)) await each.DisposeAsync();
        _folder.Dispose();
    }

    private async Task StartAsync()
    {
        PeerProcess load = Own(await PeerProcess.StartAsync(Environment.ProcessPath!, "load-server"));
        string ready = await load.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready PORT\"");
        _loadPort = int.Parse(ready["ready ".Length..]);
        _tunnels.Add(new Tunnel("none", Tunnel.Direct, "", _loadPort, []));

        _identity = await SshKeyFile.GenerateAsync(_folder, "identity");
        OpenSshServer sshd = Own(await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [_identity.PublicLine] }));
        (SshTarget Target, PeerProcess Process)? gateway = await OrAbsentAsync(Tunnel.OurServer, StartGatewayAsync);
        bool haveClient = true;
        foreach (string cipher in Ciphers)
        {
            await StartTunnelAsync(cipher, Tunnel.OpenSshClient, Tunnel.OpenSshServer, sshd.Target, sshd.Process);
            if (gateway is { } server)
            {
                await OrAbsentAsync(
                    "ssh to adit serve", () => StartTunnelAsync(cipher, Tunnel.OpenSshClient, Tunnel.OurServer, server.Target, server.Process));
            }

            if (!haveClient) continue;
            haveClient = await OrAbsentAsync(
                Tunnel.OurClient, () => StartTunnelAsync(cipher, Tunnel.OurClient, Tunnel.OpenSshServer, sshd.Target, sshd.Process)) is not null;
            if (haveClient && gateway is { } ours)
            {
                await OrAbsentAsync(
                    "adit ssh to adit serve", () => StartTunnelAsync(cipher, Tunnel.OurClient, Tunnel.OurServer, ours.Target, ours.Process));
            }
        }
    }

    /// <summary>Connects a client to a server that all tunnels share: CPU is of its whole tree of processes, in which only the measured tunnel works.</summary>
    private async Task<Tunnel> StartTunnelAsync(string cipher, string clientName, string serverName, SshTarget target, PeerProcess server)
    {
        AditProgram home = Own(new AditProgram("bench"));
        OpenSshClient client = clientName == Tunnel.OurClient
            ? new OpenSshClient(target, _identity) { Program = AditProgram.ExecutablePath, Verb = ["ssh"], Environment = home.Environment }
            : new OpenSshClient(target, _identity);
        IPEndPoint local = new(IPAddress.Loopback, Ports.Free());
        PeerProcess process = await PeerProcess.StartAsync(client.Command(["-N", "-c", cipher, "-L", $"{local}:127.0.0.1:{_loadPort}"]));
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
        Tunnel tunnel = new(cipher, clientName, serverName, local.Port, [process, server]);
        _tunnels.Add(tunnel);
        return tunnel;
    }

    private async Task<(SshTarget Target, PeerProcess Process)?> StartGatewayAsync()
    {
        AditProgram program = new("bench-gateway");
        try
        {
            SshKeyFile hostKey = await SshKeyFile.GenerateAsync(program.Folder, "host_key");
            string authorized = program.Folder.Write("authorized_keys", _identity.PublicLine + "\n");
            SshTarget target = new("127.0.0.1", Ports.Free(), Environment.UserName, [hostKey.PublicKey]);
            await program.StartAsync(
                "serve", "--listen", $"tcp://{target.EndPoint}", "--authorized-keys", authorized, "--host-key", hostKey.PrivatePath, "--state", program.State);
            Own(program);
            return (target, program.Process);
        }
        catch
        {
            await program.DisposeAsync();
            throw;
        }
    }

    private async Task MeasureAsync()
    {
        for (int run = 1; run <= _options.Runs; run++)
        {
            await Console.Error.WriteLineAsync($"run {run} of {_options.Runs}…");
            foreach (Tunnel tunnel in _tunnels)
            {
                foreach (string kind in SshReport.Kinds)
                {
                    // Channels do not depend on the cipher.
                    if (!SshReport.IsBulk(kind) && tunnel.Cipher == Ciphers[1]) continue;
                    await MeasureAsync(tunnel, kind);
                }
            }
        }
    }

    private async Task MeasureAsync(Tunnel tunnel, string kind)
    {
        bool bulk = SshReport.IsBulk(kind);
        int[] roots = [.. tunnel.Processes.Select(p => p.Id)];
        double before = ProcessCpu.Seconds(roots);
        ProcessResult ran = (await ProcessRunner.RunAsync(
            new PeerStart
            {
                Program = Environment.ProcessPath!,
                Arguments =
                [
                    "load-client", bulk ? kind : "channels", tunnel.Port.ToString(),
                    (bulk ? _options.BulkOctets : _options.ChannelMilliseconds).ToString(), kind == SshReport.Parallel ? "16" : "1",
                ],
            },
            patience: TimeSpan.FromMinutes(5))).Succeeded();
        double cpu = ProcessCpu.Seconds(roots) - before;
        string[] words = ran.Text.Trim().Split(' ');
        LoadResult result = new(long.Parse(words[0]), double.Parse(words[1], CultureInfo.InvariantCulture));
        Add(tunnel.Rate, result.Count / result.Seconds);
        Add(tunnel.Cpu, bulk ? cpu / result.Count * (1L << 30) : cpu / result.Count * 1e6);

        void Add(Dictionary<string, Samples> samples, double value)
        {
            if (!samples.TryGetValue(kind, out Samples? of)) samples[kind] = of = new Samples();
            of.Add(value);
        }
    }

    private static async Task<T?> OrAbsentAsync<T>(string what, Func<Task<T>> start)
    {
        try
        {
            return await start();
        }
        catch (PeerFailureException e)
        {
            string why = e.Message.Split('\n').FirstOrDefault(l => l.StartsWith("adit: ", StringComparison.Ordinal)) ?? e.Message;
            await Console.Error.WriteLineAsync($"{what}: left out, it does not start: {why}");
            return default;
        }
    }

    private T Own<T>(T each)
        where T : IAsyncDisposable
    {
        _owned.Push(each);
        return each;
    }
}
