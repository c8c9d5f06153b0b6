using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Lifeline;

/// <summary>Sessions of "adit ssh" that outlive their carriers: several of them by <c>auto:</c>, one that is cut and comes back, and a gateway that forgets.</summary>
public sealed partial class MigrationTests : GatewayTest
{
    private const long Bulk = 200 * Mebi;
    private const string Domain = "t.example.com";

    /// <summary>TCP → cut → WebSocket → cut → DNS → TCP, with a transfer under way and a connection at rest.</summary>
    [Fact]
    public async Task Transfer_MovesWithItsSession_FromCarrierToCarrier()
    {
        (AditGateway gateway, string key) = await AditGateway.StartWithCarriersAsync([Identity.PublicLine], file => ["ws://127.0.0.1:0/t", $"dns://127.0.0.1:0/{Domain}?key={file}"]);
        await using AditGateway owned = gateway;
        await using CutRelay tcp = new(gateway.Target.EndPoint), ws = new(Loopback(int.Parse(WebPort().Match(gateway.Ready).Groups[1].Value)));
        int dns = int.Parse(DnsPort().Match(gateway.Ready).Groups[1].Value);
        string configuration = Folder.Write("adit.yaml", $"""
            carriers:
              - name: office
                key: {key}
                hops:
                  - tcp://127.0.0.1:{tcp.Port}
                  - ws://127.0.0.1:{ws.Port}/t
                  - dns://{Domain}?resolver=127.0.0.1:{dns}&rate=0

            """);
        await using StreamServer source = StreamServer.Source(Bulk, Seed);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client(gateway, "auto:office", configuration);
        (int down, int back) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync("-v", "-L", $"127.0.0.1:{down}:127.0.0.1:{source.Port}", "-L", $"127.0.0.1:{back}:127.0.0.1:{echo.Port}");
        await using NetworkStream idle = await StreamProbe.ConnectAsync(Loopback(back));
        await ExchangeAsync(idle);
        await ssh.WaitForErrorLineAsync(l => l.Contains($"lifeline: by tcp://127.0.0.1:{tcp.Port}", StringComparison.Ordinal), "the first carrier");

        await using NetworkStream transfer = await StreamProbe.ConnectAsync(Loopback(down));
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long length = await ReadAsync(transfer, digest, 60 * Mebi);
        await tcp.CutAsync();
        length += await ReadAsync(transfer, digest, 60 * Mebi);
        await ssh.WaitForErrorLineAsync(l => l.Contains($"moved from tcp://127.0.0.1:{tcp.Port} to ws://127.0.0.1:{ws.Port}", StringComparison.Ordinal), "the move to WebSocket");
        Assert.Matches($@"via auto:office: connected.*\n.*tcp://127.0.0.1:{tcp.Port}.*(down|opening)(.*\n)+.*ws://127.0.0.1:{ws.Port}/t.*active", await StatusAsync(gateway));

        await ws.CutAsync();
        length += await ReadAsync(transfer, digest, 8 * Mebi);
        await ssh.WaitForErrorLineAsync(l => l.Contains("lifeline: moved from ws://", StringComparison.Ordinal) && l.Contains("to dns://", StringComparison.Ordinal), "the move to DNS");

        tcp.Mend();
        await ssh.WaitForErrorLineAsync(l => l.Contains("lifeline: moved from dns://", StringComparison.Ordinal) && l.Contains("to tcp://", StringComparison.Ordinal), "the move back to TCP");
        length += await ReadAsync(transfer, digest, long.MaxValue);
        Assert.Equal((SeededOctets.Digest(Seed, Bulk), Bulk), (Convert.ToHexStringLower(digest.GetHashAndReset()), length));
        await ExchangeAsync(idle);
        await AssertEchoAsync(Loopback(back));
        Assert.Equal((1, 2), (source.Accepted, echo.Accepted));
        Assert.False(ssh.HasExited);
        await ssh.SignalAsync("TERM");
        await ssh.WaitForExitAsync();
        await gateway.WaitForLogAsync("session", "ended after");
    }

    [Theory]
    [InlineData("tcp", "")]
    [InlineData("ws", "")]
    [InlineData("tcp", "&key")]
    public async Task OneCarrier_ThatIsCut_IsOpenedAgain(string scheme, string withKey)
    {
        (AditGateway gateway, string key) = await AditGateway.StartWithCarriersAsync([Identity.PublicLine], file => [$"ws://127.0.0.1:0/t?key={file}"]);
        await using AditGateway owned = gateway;
        int port = scheme == "tcp" ? gateway.Target.Port : int.Parse(WebPort().Match(gateway.Ready).Groups[1].Value);
        await using CutRelay relay = new(Loopback(port));
        await using StreamServer echo = StreamServer.Echo();
        string hop = $"{scheme}://127.0.0.1:{relay.Port}{(scheme == "ws" ? "/t" : "")}?resume{(withKey.Length > 0 ? $"&key={key}" : "")}";
        using OpenSshClient client = Client(gateway, hop);
        int back = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-v", "-L", $"127.0.0.1:{back}:127.0.0.1:{echo.Port}");
        await using NetworkStream idle = await StreamProbe.ConnectAsync(Loopback(back));
        await ExchangeAsync(idle);
        for (int i = 0; i < 3; i++)
        {
            int before = relay.Accepted;
            Task transfer = AssertEchoAsync(Loopback(back), 24 * Mebi);
            await relay.CutAsync();
            relay.Mend();
            await transfer.WaitAsync(TimeSpan.FromSeconds(30));
            await ExchangeAsync(idle);
            Assert.True(relay.Accepted > before);
        }

        Assert.False(ssh.HasExited);
    }

    /// <summary>A firewall forgets a connection: no end is told, and nothing arrives any more. A new one passes, and the session goes on over it; what was on its way in both directions is not waited for.</summary>
    [Fact]
    public async Task AConnectionThatFallsSilent_IsLeftForANewOne()
    {
        PeerRequired.Installed(PeerRequired.Root, "nft", "ss");
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client(gateway, $"tcp://127.0.0.1:{gateway.Target.Port}?resume");
        int back = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-v", "-L", $"127.0.0.1:{back}:127.0.0.1:{echo.Port}");
        await using NetworkStream idle = await StreamProbe.ConnectAsync(Loopback(back));
        await ExchangeAsync(idle);
        string shown = (await ProcessRunner.RunAsync("ss", ["-tnH", "state", "established", "dport", "=", $":{gateway.Target.Port}"])).Succeeded().Text;
        int port = int.Parse(Regex.Match(shown, @"127\.0\.0\.1:(\d+)\s").Groups[1].Value);

        await using NftDrop drop = await NftDrop.StartAsync(port);
        await AssertEchoAsync(Loopback(back), 24 * Mebi).WaitAsync(TimeSpan.FromSeconds(90));
        await ExchangeAsync(idle);
        Assert.False(ssh.HasExited);
    }

    /// <summary>The keepalives of SSH, which would end the session for such a silence, leave it to the lifeline.</summary>
    [Fact]
    public async Task AnOutage_LongerThanSshWouldBear_IsSurvived()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["client-alive-interval: 1s", "client-alive-count-max: 1"]);
        await using CutRelay relay = new(gateway.Target.EndPoint);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client(gateway, $"tcp://127.0.0.1:{relay.Port}?resume");
        int back = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1", "-L", $"127.0.0.1:{back}:127.0.0.1:{echo.Port}");
        await using NetworkStream idle = await StreamProbe.ConnectAsync(Loopback(back));
        await ExchangeAsync(idle);
        await relay.CutAsync();
        await Task.Delay(TimeSpan.FromSeconds(5)); // the outage itself
        relay.Mend();
        await ExchangeAsync(idle);
        Assert.False(ssh.HasExited);
    }

    /// <summary>A gateway that was killed and started again knows no session: the client ends, and says so.</summary>
    [Fact]
    public async Task RestartedGateway_IsAClearEnd()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client(gateway, $"tcp://127.0.0.1:{gateway.Target.Port}?resume");
        int back = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{back}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(Loopback(back));
        await gateway.RestartAsync();
        Assert.Equal(255, await ssh.WaitForExitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("the server does not know the session any more", ssh.Errors.Text, StringComparison.Ordinal);
    }

    /// <summary>What does not prove itself costs the gateway nothing for long: octets that begin as a lifeline and go on as noise.</summary>
    [Fact]
    public async Task Noise_IsNoLifeline()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["penalties: false"]);
        var random = new Random(Seed);
        for (int i = 0; i < 200; i++)
        {
            await using NetworkStream stream = await StreamProbe.ConnectAsync(gateway.Target.EndPoint);
            byte[] noise = new byte[random.Next(1, 4000)];
            random.NextBytes(noise);
            noise[0] = 0;
            await stream.WriteAsync(noise);
        }

        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client(gateway, $"tcp://127.0.0.1:{gateway.Target.Port}?resume");
        int back = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{back}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(Loopback(back), 8 * Mebi);
        Assert.DoesNotContain("unexpected failure", gateway.Process.Errors.Text, StringComparison.Ordinal);
    }

    private OpenSshClient Client(AditGateway gateway, string hop, string? configuration = null) => new(gateway.Target, Identity)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh", "--via", hop],
        Environment = new Dictionary<string, string?> { ["ADIT_STATE"] = gateway.Folder["client"], ["ADIT_CONFIG"] = configuration, ["SSH_AUTH_SOCK"] = null },
    };

    private static async Task<string> StatusAsync(AditGateway gateway) =>
        (await ProcessRunner.RunAsync(new PeerStart { Program = AditProgram.ExecutablePath, Arguments = ["status"], Environment = new Dictionary<string, string?> { ["ADIT_STATE"] = gateway.Folder["client"] } })).Succeeded().Text;

    private static async Task ExchangeAsync(NetworkStream stream)
    {
        await stream.WriteAsync("still here"u8.ToArray());
        byte[] back = new byte[10];
        await stream.ReadExactlyAsync(back).AsTask().WaitAsync(PeerProcess.Patience);
        Assert.Equal("still here"u8.ToArray(), back);
    }

    private static async Task<long> ReadAsync(NetworkStream stream, IncrementalHash digest, long most)
    {
        byte[] buffer = new byte[64 * 1024];
        long length = 0;
        while (length < most)
        {
            int count = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, most - length))).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            if (count == 0) break;
            digest.AppendData(buffer, 0, count);
            length += count;
        }

        return length;
    }

    [GeneratedRegex(@"ws://127\.0\.0\.1:(\d+)")]
    private static partial Regex WebPort();

    [GeneratedRegex(@"dns://\S+ on 127\.0\.0\.1:(\d+)")]
    private static partial Regex DnsPort();
}
