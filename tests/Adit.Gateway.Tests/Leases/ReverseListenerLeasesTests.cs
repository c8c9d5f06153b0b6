using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Leases;
using Adit.TestKit.Time;

namespace Adit.Gateway.Tests.Leases;

public sealed class ReverseListenerLeasesTests
{
    private static readonly TcpDestination Place = new("localhost", 8080);

    private readonly VirtualTime _time = new();
    private readonly HashSet<Destination> _taken = [];

    [Fact]
    public async Task DeadSession_IsTakenOver_AfterTwoSeconds()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Dead, _time);
        var old = new FakeHolder("old", FakeHolder.Silence);
        ReverseLease first = await AcquireAsync(leases, "A", old);
        Task<ReverseLease> second = AcquireAsync(leases, "A", new FakeHolder("new")).AsTask();
        _time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(second.IsCompleted);
        Assert.Null(old.Closed);
        _time.Advance(TimeSpan.FromSeconds(0.1));
        ReverseLease lease = await second;
        Assert.Contains("took localhost:8080 over", old.Closed);
        Assert.Same(lease, Assert.Single(leases.Leases));
        await first.DisposeAsync(); // late, by the dying session: must not free the new one's place
        Assert.Single(leases.Leases);
        Assert.Single(_taken);
    }

    [Fact]
    public async Task LivingSession_KeepsIt()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Dead, _time);
        var old = new FakeHolder("session 1");
        await AcquireAsync(leases, "A", old);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await AcquireAsync(leases, "A", new FakeHolder("new")));
        Assert.Equal(TunnelError.AddressInUse, e.Error);
        Assert.Equal("reverse listener localhost:8080: session 1 of the same key has it and answers (takeover: dead)", e.Message);
        Assert.Null(old.Closed);
    }

    [Fact]
    public async Task BrokenSession_IsTakenOver_AtOnce()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Dead, _time);
        var old = new FakeHolder("old", _ => throw new TunnelException(TunnelError.ConnectionLost, "gone"));
        await AcquireAsync(leases, "A", old);
        await AcquireAsync(leases, "A", new FakeHolder("new"));
        Assert.NotNull(old.Closed);
    }

    [Fact]
    public async Task Always_TakesOver_WithoutAsking()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Always, _time);
        var old = new FakeHolder("old");
        await AcquireAsync(leases, "A", old);
        await AcquireAsync(leases, "A", new FakeHolder("new"));
        Assert.Equal(0, old.Probes);
        Assert.NotNull(old.Closed);
    }

    [Theory]
    [InlineData(TakeoverMode.Never, "A", "takeover: never")]
    [InlineData(TakeoverMode.Always, "B", "leased to another key")]
    [InlineData(TakeoverMode.Dead, "B", "leased to another key")]
    public async Task Others_AreRefused_Unasked(TakeoverMode mode, string key, string why)
    {
        var leases = new ReverseListenerLeases(mode, _time);
        var old = new FakeHolder("old", FakeHolder.Silence);
        await AcquireAsync(leases, "A", old);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await AcquireAsync(leases, key, new FakeHolder("new")));
        Assert.Contains(why, e.Message);
        Assert.Equal(0, old.Probes);
    }

    [Fact]
    public async Task SameSession_Twice_IsRefused()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Always, _time);
        var holder = new FakeHolder("one");
        await AcquireAsync(leases, "A", holder);
        Assert.Contains("already", (await Assert.ThrowsAsync<TunnelException>(async () => await AcquireAsync(leases, "A", holder))).Message);
    }

    [Fact]
    public async Task ReleasedPlace_IsFree_ForAnyKey()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Dead, _time);
        await (await AcquireAsync(leases, "A", new FakeHolder("old"))).DisposeAsync();
        Assert.Empty(leases.Leases);
        await AcquireAsync(leases, "B", new FakeHolder("new"));
    }

    [Theory]
    [InlineData("", "127.0.0.1", true)]
    [InlineData("0.0.0.0", "192.0.2.1", true)]
    [InlineData("localhost", "::1", true)]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    public async Task OverlappingPlaces_AreInEachOthersWay(string one, string other, bool overlap)
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Dead, _time);
        await AcquireAsync(leases, "A", new FakeHolder("a"), new TcpDestination(one, 80));
        Exception? e = await Record.ExceptionAsync(async () => await AcquireAsync(leases, "B", new FakeHolder("b"), new TcpDestination(other, 80)));
        Assert.Equal(overlap, e is TunnelException);
    }

    [Fact]
    public async Task FailedBind_LeavesNothing()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Dead, _time);
        await Assert.ThrowsAsync<TunnelException>(async () => await leases.AcquireAsync(
            Place, "A", new FakeHolder("a"), _ => throw new TunnelException(TunnelError.AddressInUse, "taken")));
        Assert.Empty(leases.Leases);
        await AcquireAsync(leases, "B", new FakeHolder("b"));
    }

    [Fact]
    public async Task OneKey_HasABound()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Dead, _time, mostPerKey: 3);
        var holder = new FakeHolder("a");
        for (int i = 1; i <= 3; i++) await AcquireAsync(leases, "A", holder, new TcpDestination("localhost", i));
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await AcquireAsync(leases, "A", holder, new TcpDestination("localhost", 9)));
        Assert.Equal(TunnelError.ResourceShortage, e.Error);
    }

    [Fact]
    public async Task ChosenPort_IsLeased()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Dead, _time);
        ReverseLease lease = await leases.AcquireAsync(
            new TcpDestination("localhost", 0), "A", new FakeHolder("a"), _ => ValueTask.FromResult<IStreamListener>(new FakeListener(_taken, new TcpDestination("127.0.0.1", 40000))));
        Assert.Equal(new TcpDestination("localhost", 40000), lease.Place);
        await Assert.ThrowsAsync<TunnelException>(async () => await AcquireAsync(leases, "B", new FakeHolder("b"), new TcpDestination("127.0.0.1", 40000)));
    }

    [Fact]
    public async Task WaitingForAProbe_HoldsUpNoOtherPort()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Dead, _time);
        await AcquireAsync(leases, "A", new FakeHolder("old", FakeHolder.Silence));
        Task<ReverseLease> waiting = AcquireAsync(leases, "A", new FakeHolder("new")).AsTask();
        await AcquireAsync(leases, "A", new FakeHolder("other"), new TcpDestination("localhost", 81));
        Assert.False(waiting.IsCompleted);
        _time.Advance(ReverseListenerLeases.ProbeTime);
        await waiting;
    }

    [Fact]
    public async Task ManySessionsOfOneKey_AtOnce_LeaveOneHolder()
    {
        var leases = new ReverseListenerLeases(TakeoverMode.Always);
        int most = 0, now = 0;
        await Parallel.ForEachAsync(Enumerable.Range(0, 500), new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (i, ct) =>
        {
            ReverseLease lease = await leases.AcquireAsync(Place, "A", new FakeHolder($"{i}"), async c =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref now));
                await Task.Yield();
                var listener = new FakeListener(_taken, Place); // throws if the place is not free
                Interlocked.Decrement(ref now);
                return listener;
            }, ct);
            if (i % 3 == 0) await lease.DisposeAsync();
        });
        Assert.Equal(1, most);
        Assert.InRange(leases.Leases.Count, 0, 1);
        Assert.Equal(leases.Leases.Count, _taken.Count);
    }

    private static void InterlockedMax(ref int target, int value)
    {
        for (int seen = Volatile.Read(ref target); value > seen; seen = Volatile.Read(ref target)) Interlocked.CompareExchange(ref target, value, seen);
    }

    private ValueTask<ReverseLease> AcquireAsync(ReverseListenerLeases leases, string key, ILeaseHolder holder, Destination? at = null) =>
        leases.AcquireAsync(at ?? Place, key, holder, _ => ValueTask.FromResult<IStreamListener>(new FakeListener(_taken, at ?? Place)));
}
