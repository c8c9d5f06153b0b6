using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Tests.Transport;
using Adit.Ssh.Transport;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Channels;

/// <summary>Whole connections in memory: channels.</summary>
public sealed class SshConnectionTests
{
    private const int Patience = 30_000;

    [Fact(Timeout = Patience)]
    public async Task Echo_ComesBackExact_AndHalfCloseKeepsTheOtherDirection()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        await using SshChannel channel = await pair.OpenAsync("echo");
        await StreamChecks.EchoAsync(channel, 1, 5_000_000);
    }

    [Fact(Timeout = Patience)]
    public async Task ServerEndsFirst_ClientStillWrites()
    {
        var got = new TaskCompletionSource<byte[]>();
        var service = new FakeService
        {
            Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Accept(async channel =>
            {
                await channel.CompleteWritesAsync();
                got.SetResult(await StreamChecks.ReadToEndAsync(channel));
                channel.Dispose();
            })),
        };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        SshChannel channel = await pair.OpenAsync("x");
        Assert.Equal(0, await channel.ReadAsync(new byte[10].AsMemory()));
        byte[] sent = StreamChecks.Octets(2, 3_000_000);
        await channel.WriteAsync(sent);
        await channel.CompleteWritesAsync();
        Assert.Equal(sent, await got.Task);
        await channel.DisposeAsync();
        await channel.Closed;
        Assert.Equal(0, pair.Client.Connection.ChannelCount);
    }

    [Fact(Timeout = Patience)]
    public async Task NeverReadChannel_DoesNotStallAnother()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        SshChannel sink = await pair.OpenAsync("sink");
        using var give = new CancellationTokenSource();
        Task stuck = sink.WriteAsync(new byte[4_000_000], give.Token).AsTask();
        for (int i = 0; i < 3; i++)
        {
            await using SshChannel echo = await pair.OpenAsync("echo");
            await StreamChecks.EchoAsync(echo, i, 3_000_000);
        }

        Assert.False(stuck.IsCompleted);
        await give.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stuck);
    }

    [Fact(Timeout = Patience)]
    public async Task FiveHundredChannels_AllEcho()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        await pair.OpenAsync("sink");
        await Task.WhenAll(Enumerable.Range(0, 500).Select(async i =>
        {
            await using SshChannel channel = await pair.OpenAsync("echo");
            await StreamChecks.EchoAsync(channel, i, 20_000);
            channel.Dispose();
            await channel.Closed;
        }));
        Assert.Equal(1, pair.Client.Connection.ChannelCount);
    }

    [Theory(Timeout = Patience)]
    [InlineData(ChannelOpenFailureReason.AdministrativelyProhibited, "no", TunnelError.PermissionDenied)]
    [InlineData(ChannelOpenFailureReason.ConnectFailed, "Connection refused", TunnelError.ConnectionRefused)]
    [InlineData(ChannelOpenFailureReason.ConnectFailed, "Name or service not known", TunnelError.NameNotResolvedAtPeer)]
    [InlineData(ChannelOpenFailureReason.ConnectFailed, "Connection timed out", TunnelError.TimedOut)]
    [InlineData(ChannelOpenFailureReason.ConnectFailed, "No route to host", TunnelError.Unreachable)]
    [InlineData(ChannelOpenFailureReason.UnknownChannelType, "unknown", TunnelError.NotSupported)]
    [InlineData(ChannelOpenFailureReason.ResourceShortage, "full", TunnelError.ResourceShortage)]
    public async Task RefusedOpening_TellsTheReason(ChannelOpenFailureReason reason, string text, TunnelError expected)
    {
        var service = new FakeService { Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Refuse(reason, text)) };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => pair.OpenAsync("x"));
        Assert.Equal(expected, refused.Error);
        Assert.Contains(text, refused.Message, StringComparison.Ordinal);
        Assert.Equal(0, pair.Client.Connection.ChannelCount);
    }

    [Fact(Timeout = Patience)]
    public async Task RefusalOfAnyLength_Arrives()
    {
        var service = new FakeService { Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Refuse(ChannelOpenFailureReason.ConnectFailed, new string('x', 100_000))) };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        Assert.Equal(TunnelError.Unreachable, (await Assert.ThrowsAsync<TunnelException>(() => pair.OpenAsync("x"))).Error);
    }

    [Fact(Timeout = Patience)]
    public async Task ThrowingService_IsARefusal()
    {
        var service = new FakeService { Open = (_, _) => throw new InvalidOperationException("secret") };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        TunnelException refused = await Assert.ThrowsAsync<TunnelException>(() => pair.OpenAsync("x"));
        Assert.DoesNotContain("secret", refused.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task OpeningsWithoutAnswer_AreGivenUp_AndALateConfirmationIsClosed()
    {
        var answer = new TaskCompletionSource<ChannelVerdict>();
        var closed = new TaskCompletionSource<int>();
        var service = new FakeService { Open = (_, _) => new ValueTask<ChannelVerdict>(answer.Task) };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        using var give = new CancellationTokenSource();
        Task<SshChannel> opening = pair.Client.Connection.OpenChannelAsync("x", default, null, give.Token).AsTask();
        await give.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
        answer.SetResult(ChannelVerdict.Accept(async channel =>
        {
            closed.SetResult(await channel.ReadAsync(new byte[1].AsMemory()));
            channel.Dispose();
        }));
        Assert.Equal(0, await closed.Task);
        while (pair.Client.Connection.ChannelCount + pair.Server.Connection.ChannelCount > 0) await Task.Yield();
    }

    [Fact(Timeout = Patience)]
    public async Task OpeningThatCannotBeSent_LeavesNoChannel()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => pair.Client.Connection.OpenChannelAsync("x", new byte[100_000]).AsTask());
        Assert.Equal(0, pair.Client.Connection.ChannelCount);
    }

    [Fact(Timeout = Patience)]
    public async Task TooManyChannels_AreRefused_HereAndThere()
    {
        SshConnectionLimits few = new() { Channels = 3 };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(server: TestPeers.ServerOptions with { Limits = few });
        for (int i = 0; i < 3; i++) await pair.OpenAsync("sink");
        Assert.Equal(TunnelError.ResourceShortage, (await Assert.ThrowsAsync<TunnelException>(() => pair.OpenAsync("sink"))).Error);
        await using ConnectionPair other = await ConnectionPair.ConnectAsync(client: TestPeers.ClientOptions with { Limits = few });
        for (int i = 0; i < 3; i++) await other.OpenAsync("sink");
        Assert.Equal(TunnelError.ResourceShortage, (await Assert.ThrowsAsync<TunnelException>(() => other.OpenAsync("sink"))).Error);
    }

    [Fact(Timeout = Patience)]
    public async Task CancelledRead_LeavesTheOctetsToTheNext()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        await using SshChannel channel = await pair.OpenAsync("echo");
        for (int i = 0; i < 200; i++)
        {
            using var give = new CancellationTokenSource();
            byte[] octet = new byte[1];
            Task<int> first = channel.ReadAsync(octet.AsMemory(), give.Token).AsTask();
            Task write = channel.WriteAsync(new[] { (byte)i }).AsTask();
            Task cancel = Task.Run(give.Cancel);
            int count;
            try
            {
                count = await first;
            }
            catch (OperationCanceledException e)
            {
                Assert.Equal(give.Token, e.CancellationToken);
                count = await channel.ReadAsync(octet.AsMemory());
            }

            Assert.Equal((1, (byte)i), (count, octet[0]));
            await write;
            await cancel;
        }
    }

    [Fact(Timeout = Patience)]
    public async Task TwoReadsAtOnce_AreTheCallersMistake()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        await using SshChannel channel = await pair.OpenAsync("sink");
        Task<int> first = channel.ReadAsync(new byte[1].AsMemory()).AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => channel.ReadAsync(new byte[1].AsMemory()).AsTask());
        channel.Abort(TunnelError.Closed);
        await Assert.ThrowsAsync<TunnelException>(() => first);
    }

    [Fact(Timeout = Patience)]
    public async Task Abort_FailsPendingReadAndWrite_AndEndsTheOtherSide()
    {
        var ended = new TaskCompletionSource<int>();
        var service = new FakeService
        {
            Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Accept(async channel =>
            {
                await channel.Closed;
                ended.SetResult(0);
            }, channel => _ = CloseWhenEndedAsync(channel))),
        };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        SshChannel channel = await pair.OpenAsync("x");
        Task<int> read = channel.ReadAsync(new byte[1].AsMemory()).AsTask();
        Task write = channel.WriteAsync(new byte[3_000_000]).AsTask();
        channel.Abort(TunnelError.TimedOut);
        Assert.Equal(TunnelError.TimedOut, (await Assert.ThrowsAsync<TunnelException>(() => read)).Error);
        Assert.Equal(TunnelError.TimedOut, (await Assert.ThrowsAsync<TunnelException>(() => write)).Error);
        Assert.Equal(TunnelError.TimedOut, (await Assert.ThrowsAsync<TunnelException>(async () => await channel.WriteAsync(new byte[1]))).Error);
        await ended.Task;
        await channel.Closed;

        static async Task CloseWhenEndedAsync(SshChannel channel)
        {
            // What was written before the abort may still come.
            byte[] some = new byte[100_000];
            while (await channel.ReadAsync(some.AsMemory()) > 0)
            {
            }

            channel.Dispose();
        }
    }

    [Fact(Timeout = Patience)]
    public async Task DisposedWhileClosing_FailsThePendingRead()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        SshChannel channel = await pair.OpenAsync("sink");
        Task<int> read = channel.ReadAsync(new byte[1].AsMemory()).AsTask();
        pair.Streams.Stall();
        channel.CloseWithExitStatus(0);
        channel.Dispose();
        Assert.Equal(TunnelError.Closed, (await Assert.ThrowsAsync<TunnelException>(() => read)).Error);
        pair.Streams.Resume();
    }

    [Fact(Timeout = Patience)]
    public async Task StandardError_AskedForAfterTheEnd_IsAtItsEnd()
    {
        var service = new FakeService { Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Accept(static channel => { channel.Dispose(); return Task.CompletedTask; })) };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        SshChannel channel = await pair.OpenAsync("x");
        Assert.Equal(0, await channel.ReadAsync(new byte[1].AsMemory()));
        Assert.Equal(0, await channel.ReadStandardErrorAsync(new byte[1]));
    }

    [Fact(Timeout = Patience)]
    public async Task LostConnection_FailsEverythingThatIsPending()
    {
        var service = new FakeService { Open = static async (opening, over) => opening.ChannelType == "sink" ? ChannelVerdict.Accept(static _ => Task.CompletedTask) : await NeverAsync(over), Request = static (_, _) => new ValueTask<GlobalRequestReply>(new TaskCompletionSource<GlobalRequestReply>().Task) };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        SshChannel channel = await pair.OpenAsync("sink");
        Task[] pending =
        [
            channel.ReadAsync(new byte[1].AsMemory()).AsTask(),
            channel.WriteAsync(new byte[9_000_000]).AsTask(),
            pair.OpenAsync("never"),
            pair.Client.Connection.RequestAsync("never", default).AsTask(),
        ];
        pair.Streams.Cut();
        foreach (Task task in pending)
        {
            TunnelException lost = await Assert.ThrowsAsync<TunnelException>(() => task);
            Assert.Equal(TunnelError.ConnectionLost, lost.Error);
        }

        await pair.Client.Connection.Closed;
        await pair.Server.Connection.Closed;
        await channel.Closed;
        Assert.True(pair.Client.Connection.Over.IsCancellationRequested);
        Assert.NotNull(pair.Client.Connection.CloseReason);
        await Assert.ThrowsAsync<TunnelException>(() => pair.OpenAsync("sink"));
        Unobserved.AssertNone();

        static async Task<ChannelVerdict> NeverAsync(CancellationToken over)
        {
            await Task.Delay(Timeout.Infinite, over);
            throw new InvalidOperationException();
        }
    }

    [Fact(Timeout = Patience)]
    public async Task VerdictAfterTheEnd_LetsGoOfWhatItHeld()
    {
        var answer = new TaskCompletionSource<ChannelVerdict>();
        var held = new Held();
        var asked = new TaskCompletionSource();
        var service = new FakeService { Open = (_, _) => { asked.SetResult(); return new ValueTask<ChannelVerdict>(answer.Task); } };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        Task<SshChannel> opening = pair.OpenAsync("x");
        await asked.Task;
        pair.Streams.Cut();
        await pair.Server.Connection.Closed;
        answer.SetResult(ChannelVerdict.Accept(static _ => Task.CompletedTask, held: held));
        await held.Disposed.Task;
        await Assert.ThrowsAsync<TunnelException>(() => opening);
    }

    [Fact(Timeout = Patience)]
    public async Task Dispose_WithAPeerThatDoesNotRead_DoesNotHang()
    {
        ConnectionPair pair = await ConnectionPair.ConnectAsync(path: new MemoryStreamOptions { Capacity = 4096 });
        SshChannel channel = await pair.OpenAsync("sink");
        pair.Streams.Stall();
        Task write = channel.WriteAsync(new byte[1_000_000]).AsTask();
        await pair.Client.DisposeAsync();
        await Assert.ThrowsAsync<TunnelException>(() => write);
        Assert.Equal(TunnelError.Closed, Assert.IsType<TunnelException>(pair.Client.Connection.CloseReason).Error);
        pair.Streams.Cut();
        await pair.Server.DisposeAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Dispose_TellsThePeer()
    {
        ConnectionPair pair = await ConnectionPair.ConnectAsync();
        await pair.Client.DisposeAsync();
        await pair.Server.Connection.Closed;
        Assert.Contains("disconnected by user", pair.Server.Connection.CloseReason!.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task GlobalRequests_AreAnsweredInOrder()
    {
        var service = new FakeService
        {
            Request = static async (name, fields) =>
            {
                if (fields.Span[0] % 3 == 0) await Task.Yield();
                return new GlobalRequestReply(fields.Span[0] % 2 == 0, fields);
            },
        };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        Task<GlobalRequestReply>[] replies = [.. Enumerable.Range(0, 200).Select(i => pair.Client.Connection.RequestAsync("n", new[] { (byte)i }).AsTask())];
        for (int i = 0; i < replies.Length; i++)
        {
            GlobalRequestReply reply = await replies[i];
            Assert.Equal(i % 2 == 0, reply.Granted);
            if (reply.Granted) Assert.Equal((byte)i, Assert.Single(reply.Fields.ToArray()));
        }

        // One that cannot be sent must not take the answer of the next.
        await Assert.ThrowsAsync<ArgumentException>(async () => await pair.Client.Connection.RequestAsync("n", new byte[100_000]));
        Assert.True((await pair.Client.Connection.RequestAsync("n", new byte[] { 2 })).Granted);
    }

    [Fact(Timeout = Patience)]
    public async Task ChannelRequests_AreAnsweredInOrder_AndAThrowingJudgeRefuses()
    {
        var service = new FakeService
        {
            Open = (_, _) => ValueTask.FromResult(ChannelVerdict.Accept(static _ => Task.CompletedTask, static channel => channel.RequestReceived = static (name, _) => name switch
            {
                "yes" => true,
                "throw" => throw new InvalidOperationException(),
                _ => false,
            })),
        };
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync(service: service);
        SshChannel channel = await pair.OpenAsync("x");
        bool[] granted = await Task.WhenAll(((string[])["yes", "no", "yes", "throw"]).Select(name => channel.RequestAsync(name, default).AsTask()));
        Assert.Equal([true, false, true, false], granted);
        Assert.True(await channel.RequestAsync("yes", default));
    }

    [Fact(Timeout = Patience)]
    public async Task IdleConnection_GivesItsBuffersBack()
    {
        await using ConnectionPair pair = await ConnectionPair.ConnectAsync();
        await using SshChannel channel = await pair.OpenAsync("echo");
        byte[] octets = new byte[100_000];
        Task write = channel.WriteAsync(octets).AsTask();
        await StreamChecks.ReadToEndAsync(channel, octets.Length);
        await write;
        // A last small exchange, after which both sides wait.
        await channel.WriteAsync(octets.AsMemory(0, 1));
        await StreamChecks.ReadToEndAsync(channel, 1);
        foreach (SshTransport side in (SshTransport[])[pair.Client.Connection.Transport, pair.Server.Connection.Transport])
        {
            while (side.HoldsBuffers) await Task.Yield();
        }
    }

    private sealed class Held : IDisposable
    {
        public TaskCompletionSource Disposed { get; } = new();

        public void Dispose() => Disposed.TrySetResult();
    }
}
