using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Tests.Transport;

namespace Adit.Ssh.Tests.Channels;

/// <summary>A channel joined with a local stream, without a loop in between.</summary>
public sealed class ChannelRelayTests
{
    private const int Patience = 30_000;

    [Theory(Timeout = Patience)]
    [InlineData(65_536, 5_000_000)]
    [InlineData(100, 200_000)]
    [InlineData(1, 3_000)]
    public async Task Echo_ComesBackExact_ThroughAStreamOfAnyCapacity(int capacity, int length)
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        using var local = new MemoryStreamPair(new MemoryStreamOptions { Capacity = capacity });
        SshChannel channel = await pair.OpenAsync("echo");
        Task<RelayResult> relay = channel.RelayAsync(local.Second);
        await StreamChecks.EchoAsync(local.First, 1, length);
        RelayResult result = await relay;
        Assert.Null(result.Error);
        await channel.Closed;
        Assert.Equal(0, pair.Client.Connection.ChannelCount);
    }

    [Fact(Timeout = Patience)]
    public async Task LocalReader_ThatDoesNotRead_HarmsNoOther_AndLosesNothing()
    {
        byte[] sent = StreamChecks.Octets(4, 6_000_000);
        var service = new FakeService
        {
            Open = (opening, _) => ValueTask.FromResult(ChannelVerdict.Accept(opening.ChannelType == "echo" ? FakeService.EchoAsync : async channel =>
            {
                await channel.WriteAsync(sent);
                await channel.CompleteWritesAsync();
                await StreamChecks.ReadToEndAsync(channel);
                channel.Dispose();
            })),
        };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        using var local = new MemoryStreamPair();
        SshChannel source = await pair.OpenAsync("source");
        Task<RelayResult> relay = source.RelayAsync(local.Second);
        await using (SshChannel echo = await pair.OpenAsync("echo")) await StreamChecks.EchoAsync(echo, 5, 3_000_000);
        Assert.Equal(sent, await StreamChecks.ReadToEndAsync(local.First));
        await local.First.CompleteWritesAsync();
        Assert.Null((await relay).Error);
    }

    [Fact(Timeout = Patience)]
    public async Task LocalReset_EndsTheChannel()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        using var local = new MemoryStreamPair();
        SshChannel channel = await pair.OpenAsync("echo");
        Task<RelayResult> relay = channel.RelayAsync(local.Second);
        await local.First.WriteAsync(new byte[10]);
        await StreamChecks.ReadToEndAsync(local.First, 10);
        local.First.Abort(TunnelError.Reset);
        RelayResult result = await relay;
        Assert.IsType<TunnelException>(result.Error);
        await channel.Closed;
        while (pair.Server.Connection.ChannelCount > 0) await Task.Yield();
        Unobserved.AssertNone();
    }

    [Fact(Timeout = Patience)]
    public async Task LocalGoneAfterItsEnd_WhenTheAnswerEnds_EndsTheRelay()
    {
        var go = new TaskCompletionSource();
        var service = new FakeService
        {
            Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Accept(async channel =>
            {
                await StreamChecks.ReadToEndAsync(channel);
                await go.Task;
                channel.Dispose();
            })),
        };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        using var local = new MemoryStreamPair();
        SshChannel channel = await pair.OpenAsync("x");
        Task<RelayResult> relay = channel.RelayAsync(local.Second);
        // Sends, ends, and is gone before the answer: ending the answer's direction fails, and nothing else will tell.
        await local.First.WriteAsync(new byte[10]);
        await local.First.DisposeAsync();
        go.SetResult();
        await relay;
        await channel.Closed;
        Unobserved.AssertNone();
    }

    [Fact(Timeout = Patience)]
    public async Task LostConnection_ResetsTheLocalStream()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        using var local = new MemoryStreamPair();
        SshChannel channel = await pair.OpenAsync("echo");
        Task<RelayResult> relay = channel.RelayAsync(local.Second);
        Task<int> read = local.First.ReadAsync(new byte[1].AsMemory()).AsTask();
        pair.Streams.Cut();
        Assert.Equal(TunnelError.Reset, (await Assert.ThrowsAsync<TunnelException>(() => read)).Error);
        Assert.NotNull((await relay).Error);
    }

    [Fact(Timeout = Patience)]
    public async Task RelayOfAChannelThatHasEndedAlready_HandsOverWhatCame()
    {
        var service = new FakeService
        {
            Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Accept(async channel =>
            {
                await channel.WriteAsync("early"u8.ToArray());
                await channel.CompleteWritesAsync();
                channel.Dispose();
            })),
        };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        using var local = new MemoryStreamPair();
        SshChannel channel = await pair.OpenAsync("x");
        await channel.Closed;
        Task<RelayResult> relay = channel.RelayAsync(local.Second);
        Assert.Equal("early"u8.ToArray(), await StreamChecks.ReadToEndAsync(local.First));
        Assert.Equal(5, (await relay).FromFirst);
    }

    [Fact(Timeout = Patience)]
    public async Task ManyRelays_UnderRekeying_AllEcho()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(
            TestPeers.ClientOptions with { Transport = new() { RekeyOctets = 100_000 } },
            TestPeers.ServerOptions with { Transport = new() { RekeyOctets = 200_000 } });
        await Task.WhenAll(Enumerable.Range(0, 60).Select(async i =>
        {
            using var local = new MemoryStreamPair(new MemoryStreamOptions { Capacity = 1000 + (i * 500) });
            SshChannel channel = await pair.OpenAsync("echo");
            Task<RelayResult> relay = channel.RelayAsync(local.Second);
            await StreamChecks.EchoAsync(local.First, i, 60_000);
            Assert.Null((await relay).Error);
        }));
    }

    [Theory(Timeout = Patience)]
    [InlineData("none", 12_000_000)]
    [InlineData("zlib@openssh.com", 1_000_000)]
    public async Task Sockets_GetPacketsThatCameTogether_InOrder_ByOneOrManyChannels(string compression, int length)
    {
        SshAlgorithms algorithms = SshAlgorithms.Default with { Compression = [compression] };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(
            TestPeers.ClientOptions with { Transport = new() { Algorithms = algorithms } }, TestPeers.ServerOptions with { Transport = new() { Algorithms = algorithms } });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            // The socket's reader is the test: at times it takes less than a batch, and the rest waits.
            await using IStreamListener listener = await new SocketBinder().BindAsync(new TcpDestination("127.0.0.1", 0));
            ValueTask<Incoming?> accepting = listener.AcceptAsync();
            await using DuplexStream near = await new SocketDialer().DialAsync(new DialRequest(listener.BoundAt));
            SshChannel channel = await pair.OpenAsync("echo");
            Task<RelayResult> relay = channel.RelayAsync((await accepting)!.Stream);
            await StreamChecks.EchoAsync(near, i, length);
            RelayResult result = await relay;
            Assert.Null(result.Error);
            Assert.Equal((length, length), (result.FromFirst, result.FromSecond));
        }));
    }
}
