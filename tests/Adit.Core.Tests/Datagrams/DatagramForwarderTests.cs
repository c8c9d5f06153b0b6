using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Adit.Core.Datagrams;
using Adit.Core.Streams;
using Adit.TestKit.Time;

namespace Adit.Core.Tests.Datagrams;

public sealed class DatagramForwarderTests
{
    private const int Patience = 60_000;

    private static CancellationToken Over => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task EachSource_HasAFlowOfItsOwn_WhichEndsWhenIdle()
    {
        var time = new VirtualTime();
        var dialer = new FakeDialer();
        await using DatagramForwarder forwarder = await StartAsync(dialer, new DatagramForwarderOptions(), time);
        using Socket a = Connect(forwarder), b = Connect(forwarder);
        await a.SendAsync("a"u8.ToArray(), Over);
        FakeFlow first = await dialer.NextAsync();
        Assert.Equal(a.LocalEndPoint, first.From);
        Assert.Equal("a"u8.ToArray(), await first.SentAsync());
        await b.SendAsync("b"u8.ToArray(), Over);
        FakeFlow second = await dialer.NextAsync();
        Assert.Equal("b"u8.ToArray(), await second.SentAsync());
        second.Return("for b"u8.ToArray());
        byte[] buffer = new byte[100];
        Assert.Equal(5, await b.ReceiveAsync(buffer, Over));
        Assert.Equal(2, forwarder.Count);

        time.Advance(TimeSpan.FromSeconds(61));
        await UntilAsync(() => forwarder.Count == 0 && first.IsDisposed && second.IsDisposed);
        await a.SendAsync("again"u8.ToArray(), Over);
        Assert.Equal("again"u8.ToArray(), await (await dialer.NextAsync()).SentAsync());
    }

    [Fact(Timeout = Patience)]
    public async Task WhatArrivesWhileDialling_Waits_Bounded()
    {
        var dialer = new FakeDialer { Gate = new TaskCompletionSource() };
        await using DatagramForwarder forwarder = await StartAsync(dialer, new DatagramForwarderOptions { PendingLength = 3000 });
        using Socket a = Connect(forwarder);
        for (int i = 0; i < 5; i++) await a.SendAsync(new byte[1000], Over);
        await UntilAsync(() => forwarder.Dropped == 2);
        dialer.Gate.SetResult();
        FakeFlow flow = await dialer.NextAsync();
        for (int i = 0; i < 3; i++) Assert.Equal(1000, (await flow.SentAsync()).Length);
    }

    [Fact(Timeout = Patience)]
    public async Task FullTable_LetsGoOfWhoWasNeverAnswered_AndOfNobodyElse()
    {
        var time = new VirtualTime();
        var dialer = new FakeDialer();
        await using DatagramForwarder forwarder = await StartAsync(dialer, new DatagramForwarderOptions { Flows = 2 }, time);
        using Socket a = Connect(forwarder), b = Connect(forwarder), c = Connect(forwarder);
        await a.SendAsync("a"u8.ToArray(), Over);
        FakeFlow first = await dialer.NextAsync();
        first.Return("x"u8.ToArray());
        Assert.Equal(1, await a.ReceiveAsync(new byte[10], Over));
        await b.SendAsync("b"u8.ToArray(), Over);
        FakeFlow second = await dialer.NextAsync();
        await c.SendAsync("c"u8.ToArray(), Over);
        await UntilAsync(() => forwarder.Dropped == 1); // too soon for b to give way
        time.Advance(TimeSpan.FromSeconds(2));
        await c.SendAsync("c"u8.ToArray(), Over);
        FakeFlow third = await dialer.NextAsync();
        Assert.Equal("c"u8.ToArray(), await third.SentAsync());
        await UntilAsync(() => second.IsDisposed);
        Assert.False(first.IsDisposed);
        Assert.Equal(2, forwarder.Count);
    }

    [Fact(Timeout = Patience)]
    public async Task TargetThatCannotBeReached_IsTriedOnceASecond()
    {
        var time = new VirtualTime();
        var dialer = new FakeDialer { Fails = true };
        await using DatagramForwarder forwarder = await StartAsync(dialer, new DatagramForwarderOptions(), time);
        using Socket a = Connect(forwarder);
        await a.SendAsync("1"u8.ToArray(), Over);
        await UntilAsync(() => dialer.Dialled == 1);
        for (int i = 0; i < 10; i++) await a.SendAsync("2"u8.ToArray(), Over);
        await UntilAsync(() => forwarder.Dropped >= 9); // the first may have waited for the dial
        Assert.Equal(1, dialer.Dialled);
        await UntilAsync(() => time.TimerCount >= 2);
        time.Advance(TimeSpan.FromSeconds(1));
        await UntilAsync(() => forwarder.Count == 0);
        await a.SendAsync("3"u8.ToArray(), Over);
        await UntilAsync(() => dialer.Dialled == 2);
    }

    private static async Task<DatagramForwarder> StartAsync(IDatagramDialer dialer, DatagramForwarderOptions options, TimeProvider? time = null)
    {
        (IReadOnlyList<Socket> sockets, UdpDestination at) = await DatagramBinder.BindAsync(new UdpDestination("127.0.0.1", 0), Over);
        return new DatagramForwarder(sockets, at, dialer, new UdpDestination("target", 53), options, time: time);
    }

    private static Socket Connect(DatagramForwarder forwarder)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Loopback, forwarder.BoundAt.Port));
        return socket;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition()) await Task.Delay(5, Over);
    }

    private sealed class FakeDialer : IDatagramDialer
    {
        private readonly ConcurrentQueue<FakeFlow> _flows = new();
        private int _dialled;

        public TaskCompletionSource? Gate { get; init; }

        public bool Fails { get; init; }

        public int Dialled => Volatile.Read(ref _dialled);

        public async ValueTask<IDatagramFlow> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _dialled);
            if (Fails) throw new TunnelException(TunnelError.Unreachable, "no way");
            if (Gate is not null) await Gate.Task.WaitAsync(cancellationToken);
            var flow = new FakeFlow(request.From!);
            _flows.Enqueue(flow);
            return flow.Near;
        }

        public async Task<FakeFlow> NextAsync()
        {
            FakeFlow? flow = null;
            await UntilAsync(() => _flows.TryDequeue(out flow));
            return flow!;
        }
    }

    /// <summary>A flow in memory, and its far end.</summary>
    private sealed class FakeFlow : IAsyncDisposable
    {
        private readonly FramedFlow _far;
        private readonly Watched _near;

        public FakeFlow(IPEndPoint from)
        {
            var pair = new MemoryStreamPair();
            From = from;
            _near = new Watched(new FramedFlow(pair.First));
            _far = new FramedFlow(pair.Second);
        }

        public IPEndPoint From { get; }

        public IDatagramFlow Near => _near;

        public bool IsDisposed => _near.IsDisposed;

        public void Return(byte[] datagram) => Assert.True(_far.TrySend(datagram));

        public async Task<byte[]> SentAsync()
        {
            byte[] buffer = new byte[DatagramLimits.MaximumLength];
            return buffer[..await _far.ReceiveAsync(buffer, Over)];
        }

        public async ValueTask DisposeAsync()
        {
            await _near.DisposeAsync();
            await _far.DisposeAsync();
        }

        private sealed class Watched(FramedFlow flow) : IDatagramFlow
        {
            public bool IsDisposed { get; private set; }

            public int SendLimit => flow.SendLimit;

            public bool TrySend(ReadOnlySpan<byte> datagram) => flow.TrySend(datagram);

            public bool TryReceive(Span<byte> destination, out int length) => flow.TryReceive(destination, out length);

            public ValueTask<bool> WaitReceivableAsync(CancellationToken cancellationToken = default) => flow.WaitReceivableAsync(cancellationToken);

            public ValueTask DisposeAsync()
            {
                IsDisposed = true;
                return flow.DisposeAsync();
            }
        }
    }
}
