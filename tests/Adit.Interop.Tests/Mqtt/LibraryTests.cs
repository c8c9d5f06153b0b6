using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.Core.Certificates;
using Adit.Core.Lifeline;
using Adit.Core.Streams;
using Adit.TestKit.Peers;
using Adit.Wire.Mqtt;

namespace Adit.Interop.Tests.Mqtt;

/// <summary>The carrier alone, both ends in this process, through mosquitto: versions, credentials, permissions, WebSocket, TLS, and what strangers publish.</summary>
public sealed class LibraryTests
{
    private const int Seed = 31;
    private const long Bulk = 8 << 20;

    [Theory]
    [InlineData(MqttVersion.V5)]
    [InlineData(MqttVersion.V311)]
    public async Task BothVersions_CarryBothWaysAtOnce(MqttVersion version)
    {
        Need();
        await using Mosquitto broker = await Mosquitto.StartAsync();
        MqttBrokerOptions options = Options(broker) with { Versions = [version] };
        await EchoAsync(options, options);
        Assert.Contains(version == MqttVersion.V5 ? " (p5, c1, k30)" : " (p2, c1, k30)", broker.Log, StringComparison.Ordinal); // mosquitto's words for version, clean start, keep-alive
    }

    [Fact]
    public async Task UserAndPassword_AreDemanded()
    {
        Need("mosquitto_passwd");
        using PeerFolder folder = new("passwords");
        string passwords = folder["passwords"];
        (await ProcessRunner.RunAsync("mosquitto_passwd", "-b", "-c", passwords, "me", "s3cret")).Succeeded();
        await using Mosquitto broker = await Mosquitto.StartAsync([$"password_file {passwords}"]);
        MqttBrokerOptions right = Options(broker) with { User = "me", Password = "s3cret" };
        await EchoAsync(right, right, 1 << 20);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => OpenAsync(right with { Password = "wr0ng" }));
        Assert.Equal(TunnelError.PermissionDenied, e.Error);
        Assert.DoesNotContain("wr0ng", e.ToString(), StringComparison.Ordinal);
        await Assert.ThrowsAsync<TunnelException>(() => OpenAsync(Options(broker)));
    }

    /// <summary>The lines of docs/MQTT.md are enough, and what they do not grant is told.</summary>
    [Fact]
    public async Task Permissions_OfOurTopicsAlone_AreEnough()
    {
        Need();
        await using Mosquitto broker = await Mosquitto.StartAsync(["allow_anonymous true", "acl_file {acl}"], ("acl", Permissions));
        MqttBrokerOptions server = Options(broker) with { User = "gateway" }, client = Options(broker) with { User = "client" };
        await EchoAsync(server, client, 1 << 20);
        // mosquitto grants every subscription, and then says nothing; but a message to where we may not publish is refused aloud.
        CarrierKey key = CarrierKey.Generate();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => ConnectAsync(client with { Server = "other" }, key));
        Assert.Equal(TunnelError.PermissionDenied, e.Error);
        Assert.Contains("publish to adit/other/h", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AbsentGateway_IsToldAtOnce()
    {
        Need();
        await using Mosquitto broker = await Mosquitto.StartAsync();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => ConnectAsync(Options(broker), CarrierKey.Generate())).WaitAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(TunnelError.Unreachable, e.Error);
        Assert.Contains("adit/gateway/h", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tls_IsVerified()
    {
        Need("openssl");
        using PeerFolder folder = new("certificate");
        OpenSslCertificate certificate = await OpenSslCertificate.MakeAsync(folder);
        await using Mosquitto broker = await Mosquitto.StartAsync(["allow_anonymous true", $"certfile {certificate.CertificateFile}", $"keyfile {certificate.KeyFile}"]);
        MqttBrokerOptions pinned = Options(broker) with { Tls = new TlsClientOptions { ServerName = "localhost", Pins = [Pin.TryParse(certificate.Pin, out Pin? pin) ? pin : throw new InvalidOperationException()] } };
        await EchoAsync(pinned, pinned);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => OpenAsync(pinned with { Tls = new TlsClientOptions { ServerName = "localhost" } }));
        Assert.Equal(TunnelError.CertificateNotTrusted, e.Error);
    }

    [Fact]
    public async Task WebSocket_OfTheBroker()
    {
        Need();
        await using Mosquitto broker = await Mosquitto.StartAsync();
        MqttBrokerOptions options = Options(broker) with { Broker = new TcpDestination("127.0.0.1", broker.WebSocketPort), WebSocketPath = "/mqtt" };
        // mosquitto 2.0 gives a WebSocket one message each tenth of a second where nothing else wakes it: slow, and correct.
        await EchoAsync(Options(broker), options, 128 << 10);
        await EchoAsync(options, options, 64 << 10);
    }

    [Fact]
    public async Task Strangers_ChangeNothing()
    {
        Need();
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using EchoGateway gateway = await EchoGateway.StartAsync(Options(broker));
        // All that passes, as anybody sees who may.
        await using PeerProcess overheard = await PeerProcess.StartAsync(new PeerStart { Program = "mosquitto_sub", Arguments = [.. Broker(broker), "-q", "1", "-t", "adit/#", "-F", "%t %q %r %l %x"], RawOutput = false });
        await EventuallyAsync(() => broker.Log.Contains("adit/#", StringComparison.Ordinal));
        await using LifelineClient first = await ConnectAsync(Options(broker), gateway.Key);
        await AssertOpenEchoAsync(first.Stream, 1 << 20);
        string[][] seen = [];
        await EventuallyAsync(() =>
        {
            seen = [.. overheard.Output.Text.Split('\n')[..^1].Select(l => l.Split(' '))]; // whole lines
            return Array.Exists(seen, m => m[0].EndsWith("/d", StringComparison.Ordinal)) && Array.Exists(seen, m => m[0].EndsWith("/u", StringComparison.Ordinal));
        });
        Assert.All(seen, m => Assert.Matches("^adit/(gateway/h|[0-9a-f]{32}/[ud])$", m[0]));
        Assert.All(seen, m => Assert.Equal("0", m[2])); // nothing is retained
        Assert.All(seen, m => Assert.InRange(int.Parse(m[3], System.Globalization.CultureInfo.InvariantCulture), 1, 16 * 1024));
        Assert.All(seen.Where(m => m[0].EndsWith("/h", StringComparison.Ordinal)), m => Assert.Equal("1", m[1]));
        Assert.Single(seen.Select(m => m[0]).Where(t => !t.EndsWith("/h", StringComparison.Ordinal)).Select(t => t.Split('/')[1]).Distinct());
        string path = seen.First(m => m[0].EndsWith("/u", StringComparison.Ordinal))[0][..^2];

        // What was overheard, again and changed; what is no datagram at all; what is longer than anybody takes; to every topic, in both directions.
        var replays = new List<string>();
        foreach (string[] message in seen.Take(12)) replays.AddRange([message[4], message[4][..^2] + "00", message[4][..(message[4].Length / 2 / 2 * 2)]]);
        string[] targets = ["adit/gateway/h", path + "/u", path + "/d"];
        using PeerFolder folder = new("forged");
        File.WriteAllBytes(folder["long"], new byte[3 << 20]);
        foreach (string target in targets)
        {
            foreach (string replay in replays.Append("00").Append("10").Append("ff"))
            {
                File.WriteAllBytes(folder["message"], Convert.FromHexString(replay));
                (await ProcessRunner.RunAsync("mosquitto_pub", [.. Broker(broker), "-q", "1", "-t", target, "-f", folder["message"]])).Succeeded();
            }

            (await ProcessRunner.RunAsync("mosquitto_pub", [.. Broker(broker), "-q", "1", "-t", target, "-f", folder["long"]])).Succeeded();
            (await ProcessRunner.RunAsync("mosquitto_pub", [.. Broker(broker), "-q", "1", "-r", "-t", target, "-m", "kept"])).Succeeded();
        }

        Assert.Equal(1, gateway.Acceptor.SessionCount);
        await AssertOpenEchoAsync(first.Stream, 1 << 20);
        await using LifelineClient second = await ConnectAsync(Options(broker), gateway.Key);
        await Task.WhenAll(AssertEchoAsync(second.Stream, Bulk), AssertEchoAsync(first.Stream, Bulk));
    }

    /// <summary>The client's own words: three seconds in which the broker's messages are not taken, and a broker that is killed and comes back.</summary>
    [Fact]
    public async Task BrokerRestart_EndsAPath_AndTheNextOneGoesOn()
    {
        Need();
        await using Mosquitto broker = await Mosquitto.StartAsync();
        await using EchoGateway gateway = await EchoGateway.StartAsync(Options(broker));
        await using LifelineClient lifeline = await ConnectAsync(Options(broker), gateway.Key);
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);
        lifeline.Stream.PathEnded += (_, reason) => ended.TrySetResult(reason);
        await AssertOpenEchoAsync(lifeline.Stream, 1 << 20);
        await broker.StopAsync();
        Assert.NotNull(await ended.Task.WaitAsync(PeerProcess.Patience));
        await broker.RunAsync();
        long began = Environment.TickCount64;
        while (true)
        {
            try
            {
                await lifeline.AddPathAsync(await new MqttMailboxDialer(Options(broker), new SocketDialer()).OpenAsync());
                break;
            }
            catch (TunnelException e) when (e.Error == TunnelError.Unreachable && Environment.TickCount64 - began < 10_000)
            {
                // The gateway is not back yet.
                await Task.Delay(50);
            }
        }

        await AssertEchoAsync(lifeline.Stream, Bulk);
    }

    /// <summary>Lines of an acl_file: what docs/MQTT.md asks for.</summary>
    internal const string Permissions = """
        user gateway
        topic read adit/gateway/h
        topic read adit/+/u
        topic write adit/+/d

        user client
        topic write adit/gateway/h
        topic write adit/+/u
        topic read adit/+/d

        """;

    private static string[] Broker(Mosquitto broker) => ["-h", "127.0.0.1", "-p", broker.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)];

    internal static async Task EventuallyAsync(Func<bool> holds)
    {
        long began = Environment.TickCount64;
        while (!holds())
        {
            if (Environment.TickCount64 - began > PeerProcess.Patience.TotalMilliseconds) Assert.Fail("it never came");
            await Task.Delay(20);
        }
    }

    private static async Task OpenAsync(MqttBrokerOptions options) => await (await new MqttMailboxDialer(options, new SocketDialer()).OpenAsync()).DisposeAsync();

    internal static void Need(params string[] programs) => PeerRequired.Installed([.. programs, "mosquitto", "mosquitto_pub", "mosquitto_sub", "setpriv"]);

    internal static MqttBrokerOptions Options(Mosquitto broker) =>
        new() { Name = $"mqtt://127.0.0.1:{broker.Port}/adit", Broker = new TcpDestination("127.0.0.1", broker.Port), Rate = 0 };

    /// <summary>Opens a lifeline and sends octets to and fro.</summary>
    internal static async Task EchoAsync(MqttBrokerOptions server, MqttBrokerOptions client, long length = Bulk)
    {
        await using EchoGateway gateway = await EchoGateway.StartAsync(server);
        await using LifelineClient lifeline = await ConnectAsync(client, gateway.Key);
        await AssertEchoAsync(lifeline.Stream, length);
    }

    internal static async Task<LifelineClient> ConnectAsync(MqttBrokerOptions options, CarrierKey key)
    {
        using var limit = new CancellationTokenSource(PeerProcess.Patience);
        return await LifelineClient.ConnectAsync(await new MqttMailboxDialer(options, new SocketDialer()).OpenAsync(limit.Token), key, cancellationToken: limit.Token);
    }

    internal static async Task AssertEchoAsync(DuplexStream stream, long length)
    {
        Task sending = Task.Run(async () =>
        {
            await StreamProbe.SendAsync(stream, length, Seed);
            await stream.CompleteWritesAsync();
        });
        Assert.Equal((SeededOctets.Digest(Seed, length), length), await StreamProbe.ReadToEndAsync(stream).WaitAsync(TimeSpan.FromSeconds(60)));
        await sending;
    }

    /// <summary>The same, and the stream stays open.</summary>
    internal static async Task AssertOpenEchoAsync(DuplexStream stream, int length)
    {
        byte[] octets = new byte[length], answer = new byte[length];
        new SeededOctets(Seed).Fill(octets);
        Task sending = stream.WriteAsync(octets).AsTask();
        await stream.ReadExactlyAsync(answer).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        await sending;
        Assert.Equal(octets, answer);
    }
}
