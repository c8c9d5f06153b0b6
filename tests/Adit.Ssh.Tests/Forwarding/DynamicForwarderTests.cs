using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Forwarding;
using Adit.TestKit.Time;

namespace Adit.Ssh.Tests.Forwarding;

public sealed class DynamicForwarderTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // RFC 1928 §4: CONNECT to the name "db", port 80.
    private static readonly byte[] ConnectByName = [5, 1, 0, 3, 2, (byte)'d', (byte)'b', 0, 80];
    private readonly MemoryListener _listener = new();

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    [Fact]
    public async Task PipelinedRequestAndPayload_ReachTheTargetByName()
    {
        using var target = new MemoryStreamPair();
        var dialer = new MemoryDialer(_ => Task.FromResult(target.First));
        await using var forwarder = new DynamicForwarder(_listener, dialer);
        await using DuplexStream client = _listener.Connect();
        await client.WriteAsync((byte[])[5, 1, 0, .. ConnectByName, .. "early"u8]);
        byte[] answer = new byte[12];
        await client.ReadExactlyAsync(answer).AsTask().WaitAsync(Patience);
        Assert.Equal([5, 0, 5, 0, 0, 1, 0, 0, 0, 0, 0, 0], answer);
        byte[] early = new byte[5];
        await target.Second.ReadExactlyAsync(early).AsTask().WaitAsync(Patience);
        Assert.Equal("early"u8, early);
        Assert.Equal(new TcpDestination("db", 80), Assert.Single(dialer.Requests).To);
    }

    // RFC 1928 §6
    [Theory]
    [InlineData(TunnelError.ConnectionRefused, 5)]
    [InlineData(TunnelError.NameNotResolvedAtPeer, 4)]
    [InlineData(TunnelError.Unreachable, 3)]
    [InlineData(TunnelError.PermissionDenied, 2)]
    [InlineData(TunnelError.TimedOut, 6)]
    [InlineData(TunnelError.ConnectionLost, 1)]
    public async Task Failure_IsToldInTheReply(TunnelError error, byte reply)
    {
        await using var forwarder = new DynamicForwarder(_listener, new MemoryDialer(_ => Task.FromException<DuplexStream>(new TunnelException(error, "no"))));
        Assert.Equal(reply, await AskAsync(ConnectByName));
    }

    [Fact]
    public async Task TargetThatIsNotPermitted_IsNotDialled()
    {
        var dialer = new MemoryDialer(_ => throw new InvalidOperationException());
        await using var forwarder = new DynamicForwarder(_listener, dialer, to => to.Host != "db");
        Assert.Equal(2, await AskAsync(ConnectByName));
        Assert.Empty(dialer.Requests);
    }

    [Fact]
    public async Task Bind_IsNotSupported()
    {
        await using var forwarder = new DynamicForwarder(_listener, new MemoryDialer(_ => throw new InvalidOperationException()));
        Assert.Equal(7, await AskAsync([5, 2, .. ConnectByName[2..]]));
    }

    [Fact]
    public async Task ClientThatSaysNothing_IsClosedAtTheDeadline()
    {
        var time = new VirtualTime();
        await using var forwarder = new DynamicForwarder(_listener, new MemoryDialer(_ => throw new InvalidOperationException()), time: time);
        await using DuplexStream client = _listener.Connect();
        await client.WriteAsync(new byte[] { 5 });
        while (time.TimerCount == 0) await Task.Yield();
        time.Advance(DynamicForwarder.HandshakeTimeout);
        Assert.Equal(0, await client.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience));
        await forwarder.WaitIdleAsync().WaitAsync(Patience);
    }

    private async Task<byte> AskAsync(byte[] request)
    {
        await using DuplexStream client = _listener.Connect();
        await client.WriteAsync((byte[])[5, 1, 0, .. request]);
        byte[] answer = new byte[4];
        await client.ReadExactlyAsync(answer).AsTask().WaitAsync(Patience);
        Assert.Equal([5, 0, 5], answer[..3]);
        return answer[3];
    }
}
