using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;

namespace Adit.Core.Tests.Lifeline;

public sealed class LifelineStreamTests
{
    private static readonly LifelineProfile s_lossy = new() { Name = "lossy", TagLength = 8, InitialRoundTrip = 20_000, MinimumTimeout = 20_000, MostPackets = 64 };

    [Fact]
    public async Task Megabytes_GoBothWays_OverAStream()
    {
        await using Site site = new();
        await using LifelineClient client = await site.ConnectOverStreamAsync();
        await using LifelineStream served = await site.AcceptAsync();
        Assert.Equal(Convert.ToHexStringLower(site.Key.Hint.Span), served.KeyHint);
        await ExchangeAsync(client.Stream, served, 8_000_000, 8_000_000);
    }

    [Fact]
    public async Task LossyMessages_AreExact()
    {
        await using Site site = new();
        int count = 0;
        (MemoryMailbox left, MemoryMailbox right) = MemoryMailbox.CreatePair(s_lossy, 200, _ => Interlocked.Increment(ref count) % 7 != 0);
        site.Serve(right);
        await using LifelineClient client = await LifelineClient.ConnectAsync(left, site.Key);
        await using LifelineStream served = await site.AcceptAsync();
        await ExchangeAsync(client.Stream, served, 50_000, 50_000);
    }

    [Fact]
    public async Task TheStream_OutlivesItsCarriers()
    {
        await using Site site = new();
        await using LifelineClient client = await site.ConnectOverStreamAsync();
        await using LifelineStream served = await site.AcceptAsync();
        var cuts = new TaskCompletionSource();
        Task exchange = ExchangeAsync(client.Stream, served, 1_000_000, 1_000_000, cuts.Task);
        for (int i = 0; i < 5; i++)
        {
            long before = site.Moved;
            await UntilAsync(() => site.Moved > before + 1_000_000 || exchange.IsCompleted);
            Assert.False(exchange.IsCompleted);
            var ended = new TaskCompletionSource();
            client.Stream.PathEnded += (_, _) => ended.TrySetResult();
            site.CutLast();
            await ended.Task.WaitAsync(TimeSpan.FromSeconds(20));
            await client.AddPathAsync(site.Dial());
        }

        Assert.Equal(1, site.Acceptor.SessionCount);
        cuts.SetResult();
        await exchange;
    }

    [Fact]
    public async Task Disposing_TellsThePeer_AndTheServerForgets()
    {
        await using Site site = new();
        LifelineClient client = await site.ConnectOverStreamAsync();
        await using LifelineStream served = await site.AcceptAsync();
        await client.Stream.WriteAsync("last words"u8.ToArray());
        await client.DisposeAsync();
        byte[] room = new byte[64];
        Assert.Equal(10, await served.ReadAsync(room));
        Assert.Equal(0, await served.ReadAsync(room));
        await UntilAsync(() => served.Ended.IsCompleted);
        await served.DisposeAsync();
        await UntilAsync(() => site.Acceptor.SessionCount == 0);
    }

    /// <summary>Octets go straight to the room of who waits: one who gives up has them, or the next has.</summary>
    [Fact]
    public async Task ReadsThatAreGivenUp_LoseNothing()
    {
        await using Site site = new();
        await using LifelineClient client = await site.ConnectOverStreamAsync();
        await using LifelineStream served = await site.AcceptAsync();
        const int Count = 3000;
        Task writing = Task.Run(async () =>
        {
            for (int i = 0; i < Count; i++)
            {
                await client.Stream.WriteAsync(new byte[] { (byte)i, (byte)(i >> 8) });
                if (i % 16 == 0) await Task.Yield();
            }
        });
        byte[] got = new byte[2 * Count];
        int length = 0, givenUp = 0;
        var random = new Random(6);
        DateTime deadline = DateTime.UtcNow.AddSeconds(40);
        while (length < got.Length)
        {
            Assert.True(DateTime.UtcNow < deadline, $"{length} of {got.Length} octets within 40 s");
            using var limit = new CancellationTokenSource(TimeSpan.FromMicroseconds(random.Next(1, 300)));
            try
            {
                length += await served.ReadAsync(got.AsMemory(length, Math.Min(got.Length - length, random.Next(1, 50))), limit.Token);
            }
            catch (OperationCanceledException)
            {
                givenUp++;
            }
        }

        await writing;
        for (int i = 0; i < Count; i++) Assert.Equal(i, got[2 * i] | (got[(2 * i) + 1] << 8));
        Assert.True(givenUp > 0);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        DateTime deadline = DateTime.UtcNow.AddSeconds(30);
        while (!condition())
        {
            Assert.True(DateTime.UtcNow < deadline, "not within 30 s");
            await Task.Delay(2);
        }
    }

    /// <summary>Both sides write and read at once: so many octets at least, and more for as long as <paramref name="longer"/> is not done.</summary>
    private static async Task ExchangeAsync(DuplexStream left, DuplexStream right, int up, int down, Task? longer = null)
    {
        Task<int> written = WriteAsync(left, up, 1), back = WriteAsync(right, down, 2), read = ReadAsync(right, 1), readBack = ReadAsync(left, 2);
        await Task.WhenAll(written, back, read, readBack).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(await written, await read);
        Assert.Equal(await back, await readBack);

        async Task<int> WriteAsync(DuplexStream to, int total, int seed)
        {
            byte[] room = new byte[40_000];
            int sent = 0;
            while (sent < total || longer is { IsCompleted: false })
            {
                int count = Math.Min(room.Length, sent < total ? total - sent : room.Length);
                for (int i = 0; i < count; i++) room[i] = Octet(sent + i, seed);
                await to.WriteAsync(room.AsMemory(0, count));
                sent += count;
            }

            await to.CompleteWritesAsync();
            return sent;
        }

        static async Task<int> ReadAsync(DuplexStream from, int seed)
        {
            byte[] room = new byte[50_000];
            int got = 0;
            while (await from.ReadAsync(room) is > 0 and var count)
            {
                for (int i = 0; i < count; i++)
                {
                    if (room[i] != Octet(got + i, seed)) Assert.Fail($"octet {got + i} differs");
                }

                got += count;
            }

            return got;
        }

        static byte Octet(int at, int seed) => (byte)((at * 2654435761u) >> 11 ^ (uint)seed);
    }

    /// <summary>A server of lifelines, and streams to it that can be cut.</summary>
    private sealed class Site : IAsyncDisposable
    {
        private readonly TaskCompletionSource<LifelineStream> _accepted = new();
        private readonly List<MemoryStreamPair> _pairs = [];
        private readonly List<Task> _serving = [];

        public Site() => Acceptor = new LifelineAcceptor(new LifelineServerOptions { Keys = [Key] }, (stream, _) => _accepted.TrySetResult(stream));

        public CarrierKey Key { get; } = CarrierKey.Generate();

        public LifelineAcceptor Acceptor { get; }

        public long Moved => _pairs.Count * 1L + Interlocked.Read(ref _moved);

        private long _moved;

        public void Serve(IMailbox mailbox) => _serving.Add(Task.Run(() => Acceptor.ServeAsync(mailbox)));

        public StreamMailbox Dial()
        {
            var pair = new MemoryStreamPair(new MemoryStreamOptions { Capacity = 256 * 1024 });
            _pairs.Add(pair);
            Serve(new Counting(new StreamMailbox(pair.Second, "server"), this));
            return new StreamMailbox(pair.First, "client");
        }

        public Task<LifelineClient> ConnectOverStreamAsync() => LifelineClient.ConnectAsync(Dial(), Key);

        public Task<LifelineStream> AcceptAsync() => _accepted.Task.WaitAsync(TimeSpan.FromSeconds(20));

        public void CutLast() => _pairs[^1].Cut();

        public async ValueTask DisposeAsync()
        {
            foreach (MemoryStreamPair pair in _pairs) pair.Cut();
            await Acceptor.DisposeAsync();
            foreach (MemoryStreamPair pair in _pairs) pair.Dispose();
        }

        private sealed class Counting(IMailbox inner, Site site) : IMailbox
        {
            public string Name => inner.Name;

            public LifelineProfile Profile => inner.Profile;

            public int SendLimit => inner.SendLimit;

            public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) => inner.SendAsync(message, cancellationToken);

            public ValueTask FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

            public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
            {
                int count = await inner.ReceiveAsync(room, cancellationToken);
                Interlocked.Add(ref site._moved, count);
                return count;
            }

            public ValueTask DisposeAsync() => inner.DisposeAsync();
        }
    }
}
