using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Client;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Server;
using Adit.Ssh.Tests.Transport;
using Adit.TestKit.Time;

namespace Adit.Ssh.Tests.Channels;

/// <summary>New keys while octets flow, and signs of life.</summary>
public sealed class RekeyTests
{
    private const int Patience = 50_000;
    private static readonly SshAlgorithms Zlib = SshAlgorithms.Default with { Compression = ["zlib@openssh.com"] };

    [Theory(Timeout = Patience)]
    [InlineData(16, 16, 60_000)]
    [InlineData(16_384, 1 << 30, 8_000_000)]
    [InlineData(1 << 30, 16_384, 8_000_000)]
    [InlineData(16_384, 16_384, 8_000_000)]
    public async Task RekeyUnderLoad_LosesNothing(long client, long server, int length)
    {
        await using ConnectionPair pair = await ConnectAsync(client, server, SshAlgorithms.Default);
        await EchoSeveralAsync(pair, length / 4);
    }

    [Theory(Timeout = Patience)]
    [InlineData(16_384, 16_384)]
    [InlineData(16, 1 << 30)]
    [InlineData(1 << 30, 16)]
    public async Task DelayedCompression_SurvivesRekeying(long client, long server)
    {
        await using ConnectionPair pair = await ConnectAsync(client, server, Zlib);
        Assert.Equal(("zlib@openssh.com", "zlib@openssh.com"), (pair.Client.Connection.Algorithms.CompressionClientToServer, pair.Server.Connection.Algorithms.CompressionServerToClient));
        await EchoSeveralAsync(pair, client == server ? 500_000 : 10_000);
    }

    [Fact(Timeout = Patience)]
    public async Task DelayedCompression_Compresses()
    {
        await using ConnectionPair pair = await ConnectAsync(1 << 30, 1 << 30, Zlib);
        await using SshChannel channel = await pair.OpenAsync("echo");
        Task write = channel.WriteAsync(new byte[1_000_000]).AsTask();
        byte[] back = await StreamChecks.ReadToEndAsync(channel, 1_000_000);
        await write;
        Assert.Equal(new byte[1_000_000], back);
        Assert.InRange(pair.Client.Connection.Octets.Sent, 1000, 100_000);
    }

    [Fact(Timeout = Patience)]
    public async Task RekeyAtOnceAfterAccept_WithCompression_Works()
    {
        for (int i = 0; i < 20; i++)
        {
            using var streams = new MemoryStreamPair();
            Task<SshServerSession> accepting = SshServerSession.AcceptAsync(
                streams.Second, TestPeers.ServerOptions with { Transport = new() { Algorithms = Zlib } }, new TestPeers.OneKey(), _ => new FakeService());
            Task rekey = accepting.ContinueWith(t => t.Result.Connection.Rekey(), TaskScheduler.Default);
            await using SshClient client = await SshClient.ConnectAsync(streams.First, TestPeers.ClientOptions);
            client.Connection.Rekey();
            await using SshChannel channel = await client.Connection.OpenChannelAsync("echo", default);
            await StreamChecks.EchoAsync(channel, i, 10_000);
            await rekey;
        }
    }

    [Fact(Timeout = Patience)]
    public async Task BothSidesStartTogether_AndAgain()
    {
        await using ConnectionPair pair = await ConnectAsync(1 << 30, 1 << 30, SshAlgorithms.Default);
        await using SshChannel channel = await pair.OpenAsync("echo");
        Task echo = StreamChecks.EchoAsync(channel, 3, 3_000_000);
        while (!echo.IsCompleted)
        {
            await Task.WhenAll(Task.Run(pair.Client.Connection.Rekey), Task.Run(pair.Server.Connection.Rekey));
            await Task.Yield();
        }

        await echo;
    }

    [Fact(Timeout = Patience)]
    public async Task RekeyInterval_ChangesKeys()
    {
        var time = new VirtualTime();
        SshConnectionLimits quiet = new() { KeepAliveInterval = TimeSpan.Zero };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(
            TestPeers.ClientOptions with { Limits = quiet },
            TestPeers.ServerOptions with { Limits = quiet, Transport = new() { RekeyInterval = TimeSpan.Zero } },
            time: time);
        await using SshChannel channel = await pair.OpenAsync("echo");
        await channel.WriteAsync(new byte[100]);
        await StreamChecks.ReadToEndAsync(channel, 100);
        uint packets = pair.Client.Connection.Transport.Reader.PacketsSinceKeys;
        Assert.NotEqual(0u, packets);
        time.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(packets, pair.Client.Connection.Transport.Reader.PacketsSinceKeys);
        time.Advance(TimeSpan.FromMinutes(2));
        while (pair.Client.Connection.Transport.Reader.PacketsSinceKeys >= packets) await Task.Yield();
        await StreamChecks.EchoAsync(channel, 1, 10_000);
    }

    [Theory(Timeout = Patience)]
    [InlineData(15, 3, 0)]
    [InlineData(15, 3, 14.9)]
    [InlineData(2, 1, 0.5)]
    public async Task StalledPath_IsNoticedWithinTheBound(double interval, int count, double talkAt)
    {
        var time = new VirtualTime();
        SshConnectionLimits limits = new() { KeepAliveInterval = TimeSpan.FromSeconds(interval), KeepAliveCountMax = count };
        SshConnectionLimits none = new() { KeepAliveInterval = TimeSpan.Zero };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(TestPeers.ClientOptions with { Limits = limits }, TestPeers.ServerOptions with { Limits = none }, time: time);
        time.Advance(TimeSpan.FromSeconds(talkAt));
        Assert.False((await pair.Client.Connection.RequestAsync("x", default)).Granted);
        pair.Streams.Stall();
        TimeSpan bound = TimeSpan.FromSeconds(interval * (count + 1));
        time.Advance(bound - TimeSpan.FromSeconds(interval / 2));
        Assert.Null(pair.Client.Connection.CloseReason);
        time.Advance(TimeSpan.FromSeconds(interval / 2));
        await pair.Client.Connection.Closed;
        Assert.Equal(TunnelError.TimedOut, Assert.IsType<TunnelException>(pair.Client.Connection.CloseReason).Error);
        pair.Streams.Cut();
    }

    [Fact(Timeout = Patience)]
    public async Task LivePeer_IsNeverTakenForDead()
    {
        var time = new VirtualTime();
        SshConnectionLimits none = new() { KeepAliveInterval = TimeSpan.Zero };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(server: TestPeers.ServerOptions with { Limits = none }, time: time);
        for (int i = 0; i < 20; i++)
        {
            long before = pair.Client.Connection.Octets.Received;
            time.Advance(TimeSpan.FromSeconds(15));
            // An answer that came late counts for this turn, in which there is then none to wait for.
            for (int wait = 0; wait < 500 && pair.Client.Connection.Octets.Received == before; wait++) await Task.Delay(1);
        }

        Assert.Null(pair.Client.Connection.CloseReason);
        Assert.True(await pair.Client.Connection.ProbeAsync(TimeSpan.FromSeconds(5)));
    }

    [Theory(Timeout = Patience)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task RandomReadsAndWrites_OverALatentPath_KeepTheWindow(int seed)
    {
        // Receive() throws when a peer sends more than its window: any overrun ends the connection and the test.
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(
            server: TestPeers.ServerOptions with { Limits = new() { WindowBudget = 3_000_000 } },
            path: new MemoryStreamOptions { Latency = TimeSpan.FromMilliseconds(seed), Capacity = 40_000 * seed });
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            var random = new Random((seed * 100) + i);
            await using SshChannel channel = await pair.OpenAsync("echo");
            byte[] sent = StreamChecks.Octets(i, 300_000 + random.Next(300_000));
            Task write = Task.Run(async () =>
            {
                var pieces = new Random(i);
                for (int at = 0; at < sent.Length;)
                {
                    int count = Math.Min(sent.Length - at, pieces.Next(100_000));
                    await channel.WriteAsync(sent.AsMemory(at, count));
                    at += count;
                }

                await channel.CompleteWritesAsync();
            });
            byte[] back = new byte[sent.Length + 1];
            int got = 0;
            int count;
            while ((count = await channel.ReadAsync(back.AsMemory(got, Math.Min(back.Length - got, 1 + random.Next(50_000))))) > 0)
            {
                got += count;
                if (random.Next(4) == 0) await Task.Delay(1);
            }

            await write;
            Assert.True(sent.AsSpan().SequenceEqual(back.AsSpan(0, got)), $"channel {i}: {got} of {sent.Length} octets");
        }));
    }

    private static Task<ConnectionPair> ConnectAsync(long client, long server, SshAlgorithms algorithms) => ConnectionPair.ConnectAsync(
        TestPeers.ClientOptions with { Transport = new() { RekeyOctets = client, Algorithms = algorithms } },
        TestPeers.ServerOptions with { Transport = new() { RekeyOctets = server, Algorithms = algorithms } });

    private static Task EchoSeveralAsync(ConnectionPair pair, int length) => Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
    {
        await using SshChannel channel = await pair.OpenAsync("echo");
        await StreamChecks.EchoAsync(channel, i, length);
    }));
}
