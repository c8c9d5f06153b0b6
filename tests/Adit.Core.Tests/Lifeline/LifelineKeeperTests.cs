using System.Collections.Concurrent;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;

namespace Adit.Core.Tests.Lifeline;

public sealed class LifelineKeeperTests
{
    private static readonly LifelineProfile s_profile = new() { Name = "test", InitialRoundTrip = 20_000, MinimumTimeout = 50_000, KeepAlive = 200_000 };

    [Fact]
    public async Task TheBestThatAnswers_IsUsed_TheNextIsKeptWarm_TheOthersAreLeft()
    {
        await using var site = new Site("a", "b", "c");
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        await site.ExchangeAsync(stream);
        await UntilAsync(() => site.States is [LifelineRouteState.Active, LifelineRouteState.Warm, LifelineRouteState.Idle], () => site.ToString());
        Assert.Equal(["a"], site.Moved);
    }

    [Fact]
    public async Task OneThatIsDownAtFirst_IsTakenOnceItIsThere()
    {
        await using var site = new Site("a", "b");
        site.Dialers[0].IsDown = true;
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        await site.ExchangeAsync(stream);
        Assert.Equal(["b"], site.Moved);
        site.Dialers[0].IsDown = false;
        await UntilAsync(() => site.Moved is ["b", "a"], () => site.ToString());
        await site.ExchangeAsync(stream);
        Assert.Equal(1, site.Acceptor.SessionCount);
    }

    [Fact]
    public async Task ACut_MovesTheStream_AndItComesBack()
    {
        await using var site = new Site("a", "b");
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => site.States is [LifelineRouteState.Active, LifelineRouteState.Warm], () => site.ToString());
        site.Dialers[0].IsDown = true;
        await site.Dialers[0].CutAsync();
        await site.ExchangeAsync(stream);
        await UntilAsync(() => site.Moved is ["a", "b"], () => site.ToString());
        site.Dialers[0].IsDown = false;
        await UntilAsync(() => site.Moved is ["a", "b", "a"], () => site.ToString());
        await site.ExchangeAsync(stream);
    }

    /// <summary>Nothing ends, and nothing arrives.</summary>
    [Fact]
    public async Task ASilentPath_IsLeft()
    {
        await using var site = new Site("a", "b");
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        await UntilAsync(() => site.States is [LifelineRouteState.Active, LifelineRouteState.Warm], () => site.ToString());
        site.Dialers[0].IsSilent = true;
        await site.ExchangeAsync(stream);
        await UntilAsync(() => site.Moved is ["a", "b"], () => site.ToString());
    }

    /// <summary>A path may end before anybody was told that it stands.</summary>
    [Fact]
    public async Task APathThatEndsAtOnce_IsOpenedAgain()
    {
        await using var site = new Site("a");
        site.Dialers[0].EndsAtOnce = 3;
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        await site.ExchangeAsync(stream);
        Assert.InRange(site.Dialers[0].Opened, 4, 6);
    }

    [Fact]
    public async Task NoneThatAnswers_IsToldAsTheBestOneSaysIt()
    {
        await using var site = new Site("a", "b");
        site.Dialers[0].IsDown = site.Dialers[1].IsDown = true;
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => site.Keeper.ConnectAsync(TestContext.Current.CancellationToken));
        Assert.Equal("a: down", e.Message);
        Assert.Equal(0, site.Acceptor.SessionCount);
    }

    [Fact]
    public async Task OneThatCostsMoney_IsOpenedOnlyWhenNothingElseIsThere()
    {
        await using var site = new Site("a", "$");
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        await site.ExchangeAsync(stream);
        Assert.Equal(0, site.Dialers[1].Opened);
        site.Dialers[0].IsDown = true;
        await site.Dialers[0].CutAsync();
        await site.ExchangeAsync(stream);
        Assert.Equal(["a", "$"], site.Moved);
    }

    /// <summary>A proxy that ends each request after the same amount: the third path is replaced before its end comes.</summary>
    [Fact]
    public async Task PathsThatAreCutAfterTheSameAmount_AreReplacedBefore()
    {
        await using var site = new Site("a");
        site.Dialers[0].CutAfter = 2_000_000;
        int lost = 0;
        site.Keeper.Lost += (_, _) => Interlocked.Increment(ref lost);
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        for (int i = 0; Volatile.Read(ref lost) < 2; i++)
        {
            Assert.True(i < 40);
            await site.ExchangeAsync(stream);
        }

        int opened = site.Dialers[0].Opened;
        for (int i = 0; i < 30; i++)
        {
            await UntilAsync(() => site.Dialers[0].Newest < 1_600_000, () => site.ToString());
            await site.ExchangeAsync(stream);
        }

        Assert.InRange(lost, 2, 3); // on a busy machine one may come too late
        Assert.InRange(site.Dialers[0].Opened - opened, 2, 8);
        Assert.Equal(1, site.Acceptor.SessionCount);
        Assert.Equal(["a"], site.Moved);
    }

    [Fact]
    public async Task SomethingBetterOfTheSameCarrier_IsTaken()
    {
        await using var site = new Site("a");
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        await site.ExchangeAsync(stream);
        site.Dialers[0].IsBetterThere = true;
        await UntilAsync(() => site.Dialers[0].Opened == 2, () => site.ToString());
        await UntilAsync(() => site.Acceptor.PathCount == 1, () => site.ToString());
        await site.ExchangeAsync(stream);
        Assert.Equal(["a"], site.Moved);
        Assert.Equal([LifelineRouteState.Active], site.States);
    }

    /// <summary>What looks is in no hurry, and where nothing better is found the path stays.</summary>
    [Fact]
    public async Task NothingBetter_ChangesNothing()
    {
        await using var site = new Site("a");
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        site.Dialers[0].IsBetterThere = site.Dialers[0].IsDown = true;
        await UntilAsync(() => site.Dialers[0].Looked > 1, () => site.ToString());
        await site.ExchangeAsync(stream);
        Assert.Equal([LifelineRouteState.Active], site.States);
        Assert.Equal(1, site.Dialers[0].Opened);
    }

    [Fact]
    public async Task BudgetThatIsSpent_EndsTheSession_AndSaysSo()
    {
        await using var site = new Site("$");
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        await site.ExchangeAsync(stream);
        site.Dialers[0].IsSpent = true;
        await site.Dialers[0].CutAsync();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await stream.ReadAsync(new byte[1], TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("budget: 5 messages are spent", e.Message, StringComparison.Ordinal);
        await stream.Ended.WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
    }

    /// <summary>What costs nothing may come back.</summary>
    [Fact]
    public async Task BudgetThatIsSpent_EndsNothing_WhereAnotherCarrierMayComeBack()
    {
        await using var site = new Site("a", "$");
        await using LifelineStream stream = await site.Keeper.ConnectAsync(TestContext.Current.CancellationToken);
        await site.ExchangeAsync(stream);
        site.Dialers[0].IsDown = site.Dialers[1].IsSpent = true;
        await site.Dialers[0].CutAsync();
        await UntilAsync(() => site.Keeper.Routes[1].Problem?.Contains("spent", StringComparison.Ordinal) == true, () => site.ToString());
        site.Dialers[0].IsDown = false;
        await site.ExchangeAsync(stream);
    }

    private static async Task UntilAsync(Func<bool> condition, Func<string> what)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(40);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, what());
            await Task.Delay(5);
        }
    }

    private sealed class Dialer(string name, LifelineAcceptor acceptor) : IMailboxDialer
    {
        private readonly List<IMailbox> _open = [];

        public string Name => name;

        public bool IsDear => name == "$";

        public bool IsDown { get; set; }

        public bool IsSilent { get; set; }

        public bool IsSpent { get; set; }

        public int Opened { get; private set; }

        /// <summary>Octets, of both directions, after which a mailbox is cut.</summary>
        public long CutAfter { get; set; } = long.MaxValue;

        /// <summary>Octets that the newest mailbox carried.</summary>
        public long Newest { get; private set; }

        /// <summary>How many mailboxes are to end with the first datagram after the handshake.</summary>
        public int EndsAtOnce { get; set; }

        public bool IsBetterThere { get; set; }

        public int Looked { get; private set; }

        public bool MayImprove(IMailbox mailbox) => IsBetterThere;

        public async ValueTask<IMailbox?> ImproveAsync(IMailbox mailbox, CancellationToken cancellationToken = default)
        {
            Looked++;
            if (IsDown) return null;
            IsBetterThere = false;
            return await OpenAsync(cancellationToken);
        }

        public ValueTask<IMailbox> OpenAsync(CancellationToken cancellationToken = default)
        {
            if (IsSpent) throw new TunnelException(TunnelError.ResourceShortage, $"{name}: budget: 5 messages are spent");
            if (IsDown) throw new TunnelException(TunnelError.Unreachable, $"{name}: down");
            Opened++;
            long passed = 0;
            bool ends = EndsAtOnce-- > 0;
            MemoryMailbox? end = null;
            (MemoryMailbox left, MemoryMailbox right) = MemoryMailbox.CreatePair(s_profile, 1200, datagram =>
            {
                long all = Interlocked.Add(ref passed, datagram.Length);
                lock (_open) if (end is not null && end == _open[^1]) Newest = all;
                if (all > CutAfter || (ends && datagram[0] == 0x10)) _ = end?.DisposeAsync().AsTask();
                return !IsSilent;
            });
            end = right;
            Newest = 0;
            _ = acceptor.ServeAsync(right, takesKeyless: true, cancellationToken: CancellationToken.None);
            lock (_open) _open.Add(right);
            return new ValueTask<IMailbox>(left);
        }

        public async Task CutAsync()
        {
            IMailbox[] open;
            lock (_open) open = [.. _open];
            foreach (IMailbox mailbox in open) await mailbox.DisposeAsync();
        }
    }

    private sealed class Site : IAsyncDisposable
    {
        private readonly ConcurrentQueue<string> _moved = new();

        public Site(params string[] names)
        {
            Acceptor = new LifelineAcceptor(new LifelineServerOptions(), (stream, _) => Task.Run(() => EchoAsync(stream)));
            Dialers = [.. names.Select(n => new Dialer(n, Acceptor))];
            Keeper = new LifelineKeeper(Dialers, null);
            Keeper.Moved += (to, _) => _moved.Enqueue(to);
        }

        public LifelineAcceptor Acceptor { get; }

        public Dialer[] Dialers { get; }

        public LifelineKeeper Keeper { get; }

        public string[] Moved => [.. _moved];

        public LifelineRouteState[] States => [.. Keeper.Routes.Select(r => r.State)];

        public async Task ExchangeAsync(LifelineStream stream)
        {
            byte[] octets = new byte[100_000];
            new Random(3).NextBytes(octets);
            Task writing = stream.WriteAsync(octets).AsTask();
            byte[] back = new byte[octets.Length];
            await stream.ReadExactlyAsync(back).AsTask().WaitAsync(TimeSpan.FromSeconds(40));
            await writing;
            Assert.Equal(octets, back);
        }

        public override string ToString() => $"moved {string.Join(' ', Moved)}, states {string.Join(' ', Keeper.Routes)}";

        public ValueTask DisposeAsync() => Acceptor.DisposeAsync();

        private static async Task EchoAsync(LifelineStream stream)
        {
            byte[] room = new byte[16 * 1024];
            try
            {
                for (int count; (count = await stream.ReadAsync(room)) > 0;) await stream.WriteAsync(room.AsMemory(0, count));
                await stream.CompleteWritesAsync();
            }
            catch (IOException)
            {
                // Over.
            }
        }
    }
}
