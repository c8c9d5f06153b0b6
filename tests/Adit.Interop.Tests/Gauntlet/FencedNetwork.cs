using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gauntlet;

/// <summary>
/// Namespaces in a line: someone inside, one firewall or two with what stands there, and the outside. Whoever would use it first shows that the direct way is open, shuts the
/// firewalls, shows that it is shut, and goes through. A witness outside counts what arrives there.
/// </summary>
internal sealed class FencedNetwork : IAsyncDisposable
{
    private const long Bulk = 4 << 20;
    private const string Witness = "inet adit_witness";

    private readonly IReadOnlyList<NetworkNamespace> _line;
    private readonly List<NftFirewall> _firewalls = [];
    private readonly AditProgram _home = new("gauntlet");
    private readonly List<IAsyncDisposable> _owned = [];

    private FencedNetwork(IReadOnlyList<NetworkNamespace> line, SshKeyFile identity)
    {
        _line = line;
        Identity = identity;
    }

    public SshKeyFile Identity { get; }

    public PeerFolder Folder { get; private init; } = null!;

    public NetworkNamespace Inside => _line[0];

    /// <summary>The firewall; of two the inner one.</summary>
    public NetworkNamespace Firewall => _line[1];

    /// <summary>The outer one of two.</summary>
    public NetworkNamespace OuterFirewall => _line[2];

    public NetworkNamespace Outside => _line[^1];

    /// <param name="firewalls">1 or 2.</param>
    /// <param name="programs">What the test needs beside the usual.</param>
    public static async Task<FencedNetwork> BuildAsync(int firewalls, params string[] programs)
    {
        PeerRequired.Installed([.. programs, PeerRequired.Root, "ip", "nft", "sshd", "ssh-keygen", "setpriv"]);
        PeerFolder folder = new("gauntlet");
        SshKeyFile identity = await SshKeyFile.GenerateAsync(folder, "identity");
        return new FencedNetwork(await NetworkNamespace.CreateLineAsync(firewalls + 2), identity) { Folder = folder };
    }

    /// <summary>A real sshd outside.</summary>
    public async Task<SshTarget> StartSshdAsync(int port)
    {
        OpenSshServer sshd = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [Identity.PublicLine], Address = Outside.Address4, Port = port, Namespace = Outside.Name });
        _owned.Add(sshd);
        return sshd.Target;
    }

    /// <summary>Our gateway outside.</summary>
    /// <param name="listen">Where, as --listen has it.</param>
    public async Task<SshTarget> StartGatewayAsync(string listen)
    {
        AditProgram gateway = new("gauntlet-gateway");
        _owned.Add(gateway);
        Directory.CreateDirectory(gateway.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        gateway.Folder.Write("state/authorized_keys", Identity.PublicLine + "\n");
        await gateway.StartAsync(gateway.Command("serve", "--listen", listen) with { Namespace = Outside.Name });
        string key = (await ProcessRunner.RunAsync("ssh-keygen", "-y", "-f", Path.Combine(gateway.State, "ssh_host_ed25519_key"))).Succeeded().Text.Trim();
        return new SshTarget("gateway.test", 22, Environment.UserName, [string.Join(' ', key.Split(' ')[..2])]);
    }

    /// <summary>Proves that a plain connection gets there while nothing is shut.</summary>
    public async Task AssertOpenAsync(int port)
    {
        Assert.True(await ConnectsAsync(Outside.Address4, port), "the direct way is shut before any firewall is");
        using CancellationTokenSource deadline = new(PeerProcess.Patience);
        while (!await ConnectsAsync(Outside.Address6, 9, refusalCounts: true)) Assert.False(deadline.IsCancellationRequested, "IPv6 does not lead outside before any firewall is shut");
    }

    /// <summary>Shuts a firewall, and outside begins to count what arrives.</summary>
    /// <param name="at">Where it stands.</param>
    /// <param name="input">What may reach the machine itself.</param>
    /// <param name="forward">What may pass it.</param>
    /// <param name="refuse">What it refuses of that.</param>
    public async Task<NftFirewall> ShutAsync(NetworkNamespace at, string? input = null, string? forward = null, string? refuse = null)
    {
        NftFirewall firewall = await NftFirewall.StartAsync(at, input, forward, refuse);
        _firewalls.Add(firewall);
        return firewall;
    }

    /// <summary>Proves that neither of these ports is reached by a plain connection, over neither family, and that the firewall dropped the attempts.</summary>
    public async Task AssertShutAsync(params int[] ports)
    {
        (_, _, long before) = await _firewalls[0].CountAsync();
        Task<bool>[] attempts = [.. ports.SelectMany(p => new[] { ConnectsAsync(Outside.Address4, p), ConnectsAsync(Outside.Address6, p) })];
        Assert.All(await Task.WhenAll(attempts), Assert.False);
        (_, _, long after) = await _firewalls[0].CountAsync();
        Assert.True(after - before >= attempts.Length, $"expected the firewall to have dropped {attempts.Length} attempts at least, got {after - before}");
    }

    /// <summary>Counts from now on what arrives outside at one port, and all else.</summary>
    /// <param name="port">The port.</param>
    /// <param name="protocols">Of which protocols, in nft's words.</param>
    public async Task WitnessAsync(int port, string protocols = "tcp") => (await ProcessRunner.RunAsync(
        new PeerStart { Program = InstalledPeers.Find("nft"), Arguments = ["-f", "-"], Namespace = Outside.Name },
        System.Text.Encoding.ASCII.GetBytes($$"""
            table {{Witness}} {
                chain input {
                    type filter hook input priority -10;
                    iifname "left" meta l4proto { {{protocols}} } th dport {{port}} counter accept comment "expected"
                    iifname "left" meta l4proto != ipv6-icmp counter comment "other"
                }
            }

            """))).Succeeded();

    /// <summary>Proves, by "adit ssh" inside with these options, that every octet comes both ways, also at once, and that each direction ends by itself.</summary>
    public async Task AssertCarriesAsync(SshTarget target, params string[] way)
    {
        (_, _, long dropped) = await _firewalls[0].CountAsync();
        await using StreamServer echo = StreamServer.Echo(Outside.At("127.0.0.1", 0));
        await using StreamServer sink = StreamServer.Sink(Outside.At("127.0.0.1", 0));
        await using StreamServer source = StreamServer.Source(Bulk, GatewayTest.Seed, Outside.At("127.0.0.1", 0));
        using OpenSshClient client = Client(target);
        await using (PeerProcess ssh = await client.StartForwardingAsync([.. way, "-L", $"7001:127.0.0.1:{echo.Port}", "-L", $"7002:127.0.0.1:{sink.Port}", "-L", $"7003:127.0.0.1:{source.Port}"]))
        {
            await GatewayTest.AssertEchoAsync(Inside.At("127.0.0.1", 7001), Bulk);
            await GatewayTest.AssertUploadAsync(Inside.At("127.0.0.1", 7002), Bulk); // answered only at the end of one direction
            await GatewayTest.AssertDownloadAsync(Inside.At("127.0.0.1", 7003), Bulk);
            await ssh.SignalAsync("TERM");
            await ssh.WaitForExitAsync();
        }

        await AssertSeenAsync(dropped);
    }

    /// <summary>A carrier key for both ends.</summary>
    public async Task<string> MakeCarrierKeyAsync()
    {
        string file = Folder["carrier.key"];
        (await ProcessRunner.RunAsync(AditProgram.ExecutablePath, "keygen", "-q", "--carrier", "-f", file)).Succeeded();
        return file;
    }

    /// <summary>Proves, by "adit ssh" inside with these options, that a mebibyte comes both ways at once, and knocks nowhere else.</summary>
    public async Task AssertEchoesAsync(SshTarget target, params string[] way)
    {
        (_, _, long dropped) = await _firewalls[0].CountAsync();
        await using StreamServer echo = StreamServer.Echo(Outside.At("127.0.0.1", 0));
        using OpenSshClient client = Client(target);
        await using (PeerProcess ssh = await client.StartForwardingAsync([.. way, "-L", $"7001:127.0.0.1:{echo.Port}"]))
        {
            await GatewayTest.AssertEchoAsync(Inside.At("127.0.0.1", 7001), GatewayTest.Mebi);
            await ssh.SignalAsync("TERM");
            await ssh.WaitForExitAsync();
        }

        await AssertSeenAsync(dropped);
    }

    /// <summary>Proves that "adit doctor" inside finds the one way among others, and that the command it prints is right.</summary>
    /// <param name="target">Whom to reach.</param>
    /// <param name="way">The hops that pass.</param>
    public async Task AssertDoctorFindsAsync(SshTarget target, params string[] way)
    {
        using OpenSshClient client = Client(target);
        string[] others =
        [
            $"connect://{Firewall.Address4}:3128", $"socks5h://{Firewall.Address4}:1080", $"tls://{Outside.Address4}:443",
            $"http://{Outside.Address4}/t", $"http://{Outside.Address4}/t?proxy=http://{Firewall.Address4}:3128",
        ];
        string[] chains = [.. others.Where(o => way is not [var only] || only != o), string.Join(' ', way)];
        ProcessResult report = await ProcessRunner.RunAsync(
            new PeerStart
            {
                Program = AditProgram.ExecutablePath,
                Arguments =
                [
                    "doctor", $"{target.User}@{target.Host}:{target.Port}", "-F", client.ConfigFile, "-i", Identity.PrivatePath, "--timeout", "2", "--output", "json",
                    .. chains.SelectMany(c => new[] { "--try", c }),
                ],
                Environment = ClientEnvironment,
                Namespace = Inside.Name,
            },
            patience: TimeSpan.FromSeconds(70));
        using JsonDocument document = JsonDocument.Parse(report.Succeeded().Output);
        JsonElement[] ways = [.. document.RootElement.GetProperty("ways").EnumerateArray()];
        Assert.Equal(chains.Length + 1, ways.Length);
        foreach (JsonElement each in ways)
        {
            bool isWay = each.GetProperty("via").EnumerateArray().Select(v => v.GetString()).SequenceEqual(way);
            Assert.True(isWay == each.GetProperty("passes").GetBoolean() && isWay == each.GetProperty("best").GetBoolean(), report.Text);
            if (isWay) Assert.True(each.GetProperty("loggedIn").GetBoolean() && each.GetProperty("uploadOctetsPerSecond").GetDouble() > 0, report.Text);
            else Assert.True(each.GetProperty("advice").GetString() is { Length: > 10 } && each.GetProperty("error").GetString() is { Length: > 4 }, report.Text);
        }

        string command = document.RootElement.GetProperty("command").GetString()!;
        Assert.StartsWith("adit ssh ", command, StringComparison.Ordinal);
        // What it prints leads there: the server answers for a port where nothing listens.
        ProcessResult taken = await ProcessRunner.RunAsync(new PeerStart
        {
            Program = "sh",
            Arguments = ["-c", command.Replace("adit ssh ", "adit ssh -v -W 127.0.0.1:9 ", StringComparison.Ordinal)],
            Environment = new Dictionary<string, string?>(ClientEnvironment) { ["PATH"] = $"{Path.GetDirectoryName(AditProgram.ExecutablePath)}:{Environment.GetEnvironmentVariable("PATH")}" },
            Namespace = Inside.Name,
        });
        Assert.Contains("Authenticated to ", taken.Errors, StringComparison.Ordinal);
    }

    /// <summary>"adit ssh" inside.</summary>
    public OpenSshClient Client(SshTarget target) => new(target, Identity)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh"],
        Namespace = Inside.Name,
        Environment = ClientEnvironment,
    };

    public async ValueTask DisposeAsync()
    {
        foreach (IAsyncDisposable each in Enumerable.Reverse(_owned)) await each.DisposeAsync();
        foreach (NetworkNamespace each in _line) await each.DisposeAsync();
        await _home.DisposeAsync();
        Folder.Dispose();
    }

    private Dictionary<string, string?> ClientEnvironment => new(_home.Environment)
    {
        ["http_proxy"] = null, ["https_proxy"] = null, ["all_proxy"] = null, ["no_proxy"] = null, ["HTTPS_PROXY"] = null, ["ALL_PROXY"] = null, ["NO_PROXY"] = null,
    };

    /// <summary>That it passed every firewall and knocked nowhere else, and that what it should and nothing but that arrived outside.</summary>
    private async Task AssertSeenAsync(long dropped)
    {
        foreach (NftFirewall firewall in _firewalls) Assert.True((await firewall.CountAsync()).Passed > 0);
        Assert.Equal(dropped, (await _firewalls[0].CountAsync()).Shut);
        string seen = (await ProcessRunner.RunAsync(new PeerStart { Program = InstalledPeers.Find("nft"), Arguments = ["list", "table", .. Witness.Split(' ')], Namespace = Outside.Name })).Succeeded().Text;
        Assert.Matches("packets [1-9].*\"expected\"", seen);
        Assert.Matches("packets 0 .*\"other\"", seen);
    }

    private async Task<bool> ConnectsAsync(string address, int port, bool refusalCounts = false)
    {
        (Socket socket, EndPoint place) = NamespaceEndPoint.Open(Inside.At(address, port));
        using Socket s = socket;
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(1.5));
        try
        {
            await socket.ConnectAsync(place, patience.Token);
            return true;
        }
        catch (SocketException e)
        {
            return refusalCounts && e.SocketErrorCode == SocketError.ConnectionRefused;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
