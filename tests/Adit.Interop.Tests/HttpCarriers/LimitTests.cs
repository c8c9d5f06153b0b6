using System.Diagnostics;
using System.Net.Sockets;
using Adit.Carriers.Http;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.HttpCarriers;

/// <summary>Proxies that bound how long a request may take, or how much it may carry; and those that let more through than they did.</summary>
public sealed class LimitTests : HttpCarrierTest
{
    private static CancellationToken Over => TestContext.Current.CancellationToken;

    /// <summary>nginx ends each upload after a mebibyte, as it comes: the session has 16 to carry, and more that is lost on the way.</summary>
    [Fact]
    public async Task Nginx_ThatEndsEachUploadAfterAMebibyte_CostsLittle()
    {
        Need("nginx", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using Nginx nginx = await Nginx.StartAsync($"http://127.0.0.1:{gateway.HttpPort}", "proxy_request_buffering off; proxy_buffering off; client_max_body_size 1m;");
        var clock = Stopwatch.StartNew();
        await CarryAsync(gateway, $"http://127.0.0.1:{nginx.Port}/t?rung=4", 4, 16 << 20);
        // Some 40 requests; with the pauses of carriers that are down it would be minutes.
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
    }

    /// <summary>squid ends each connection after three seconds. Two of them teach it; those that follow are replaced before.</summary>
    [Fact]
    public async Task Squid_ThatEndsEachConnectionAfterATime_IsForestalled()
    {
        Need("squid", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        await using Squid squid = await Squid.StartAsync(new SquidOptions { Config = ["client_lifetime 3 seconds"] });
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = gateway.Client(("http_proxy", $"http://127.0.0.1:{squid.Port}"));
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("--via", $"http://127.0.0.1:{gateway.HttpPort}/t?rung=3", "-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
        await using NetworkStream stream = await StreamProbe.ConnectAsync(Loopback(port));
        int Taken() => Lines("taken");
        int Lost() => Lines("is not there");
        int Lines(string what) => ssh.Errors.Text.Split('\n').Count(l => l.Contains(what, StringComparison.Ordinal));
        byte[] octets = new byte[1];
        DateTime deadline = DateTime.UtcNow.AddSeconds(60);
        while (Taken() < 6)
        {
            Assert.True(DateTime.UtcNow < deadline, ssh.Errors.Text);
            octets[0]++;
            await stream.WriteAsync(octets, Over);
            byte[] back = new byte[1];
            await stream.ReadExactlyAsync(back, Over).AsTask().WaitAsync(PeerProcess.Patience, Over);
            Assert.Equal(octets, back);
            await Task.Delay(50, Over);
        }

        // On a machine that stands still for a second a replacement may come too late: once.
        Assert.InRange(Lost(), 2, 3);
    }

    /// <summary>What stood in the way of the better rungs has gone: the next look finds it.</summary>
    [Fact]
    public async Task BetterRung_IsFound_OnceItPasses()
    {
        Need("nginx", PeerRequired.Root);
        await using HttpGateway gateway = await HttpGateway.StartAsync();
        string backend = $"http://127.0.0.1:{gateway.HttpPort}";
        Nginx nginx = await Nginx.StartAsync(backend, "");
        int port = nginx.Port;
        try
        {
            var time = new Shifted();
            var options = new HttpCarrierOptions
            {
                Name = "http://proxy/t", Host = "127.0.0.1", Port = port, Path = "/t", Rungs = [HttpRung.WebSocket, HttpRung.LongPoll],
            };
            var dialer = new HttpCarrierDialer(options, new SocketDialer(), time: time);
            await using IMailbox first = await dialer.OpenAsync(Over);
            Assert.Equal(HttpRung.LongPoll, dialer.Known);
            Assert.False(dialer.MayImprove(first));
            time.Shift(TimeSpan.FromSeconds(31));
            Assert.True(dialer.MayImprove(first));
            Assert.Null(await dialer.ImproveAsync(first, Over));
            Assert.False(dialer.MayImprove(first));
            await nginx.DisposeAsync();
            nginx = await Nginx.StartAsync(backend, Nginx.Upgrades + Nginx.Streams, port: port);
            time.Shift(TimeSpan.FromSeconds(61));
            Assert.True(dialer.MayImprove(first));
            await using IMailbox? better = await dialer.ImproveAsync(first, Over);
            Assert.NotNull(better);
            Assert.Equal(HttpRung.WebSocket, dialer.Known);
            Assert.False(dialer.MayImprove(better));
            Assert.True(dialer.MayImprove(first)); // another session's may follow at once
        }
        finally
        {
            await nginx.DisposeAsync();
        }
    }

    /// <summary>The system's clock, whose timestamps can be moved ahead.</summary>
    private sealed class Shifted : TimeProvider
    {
        private long _ahead;

        public void Shift(TimeSpan by) => _ahead += (long)(by.TotalSeconds * TimestampFrequency);

        public override long GetTimestamp() => base.GetTimestamp() + _ahead;
    }
}
