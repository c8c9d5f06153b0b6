using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Forwarding;

namespace Adit.Ssh.Tests.Forwarding;

public sealed class StreamForwarderTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly MemoryListener _listener = new();

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    [Fact]
    public async Task Octets_PassBothWays_AndEachEndSeparately()
    {
        using var target = new MemoryStreamPair();
        var dialer = new MemoryDialer(_ => Task.FromResult(target.First));
        await using var forwarder = new StreamForwarder(_listener, dialer, new TcpDestination("db", 5432));
        await using DuplexStream client = _listener.Connect();
        await client.WriteAsync("ask"u8.ToArray());
        await client.CompleteWritesAsync();
        byte[] room = new byte[16];
        await target.Second.ReadExactlyAsync(room.AsMemory(0, 3)).AsTask().WaitAsync(Patience);
        Assert.Equal(0, await target.Second.ReadAsync(room).AsTask().WaitAsync(Patience));
        Assert.Equal(1, forwarder.ConnectionCount);
        await target.Second.WriteAsync("answer"u8.ToArray());
        await target.Second.CompleteWritesAsync();
        await client.ReadExactlyAsync(room.AsMemory(0, 6)).AsTask().WaitAsync(Patience);
        Assert.Equal("answer"u8, room.AsSpan(0, 6));
        Assert.Equal(0, await client.ReadAsync(room).AsTask().WaitAsync(Patience));
        await forwarder.WaitIdleAsync().WaitAsync(Patience);
        Assert.Equal(0, forwarder.ConnectionCount);
        DialRequest request = Assert.Single(dialer.Requests);
        Assert.Equal((new TcpDestination("db", 5432), 5), (request.To, request.From!.Port));
    }

    [Fact]
    public async Task TargetThatFails_ResetsTheClient_AndOthersGoOn()
    {
        using var live = new MemoryStreamPair();
        var never = new TaskCompletionSource<DuplexStream>();
        int count = 0;
        var dialer = new MemoryDialer(_ => (count++) switch
        {
            0 => never.Task,
            1 => Task.FromException<DuplexStream>(new TunnelException(TunnelError.ConnectionRefused, "refused")),
            _ => Task.FromResult(live.First),
        });
        await using var forwarder = new StreamForwarder(_listener, dialer, new UnixDestination("/x"));
        await using DuplexStream stalled = _listener.Connect();
        await using DuplexStream refused = _listener.Connect();
        await Assert.ThrowsAnyAsync<IOException>(async () => await refused.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Patience));
        await using DuplexStream served = _listener.Connect();
        await served.WriteAsync(new byte[] { 1 });
        await live.Second.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Patience);
        Assert.Equal(2, forwarder.ConnectionCount);
    }

    [Fact]
    public async Task Disposal_ReleasesTheListener_AndLeavesLiveConnections()
    {
        using var target = new MemoryStreamPair();
        var forwarder = new StreamForwarder(_listener, new MemoryDialer(_ => Task.FromResult(target.First)), new UnixDestination("/x"));
        await using DuplexStream client = _listener.Connect();
        await client.WriteAsync(new byte[] { 1 });
        await target.Second.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(Patience);
        await forwarder.DisposeAsync();
        Assert.True(_listener.IsDisposed);
        await forwarder.Completion.WaitAsync(Patience);
        await client.WriteAsync(new byte[] { 2 });
        byte[] second = new byte[1];
        await target.Second.ReadExactlyAsync(second).AsTask().WaitAsync(Patience);
        Assert.Equal(2, second[0]);
    }
}
