using System.Net;
using System.Net.Sockets;
using Adit.Core.Relay;
using Adit.Core.Streams;

namespace Adit.Core.Tests.Streams;

/// <summary>Sockets on event loops, over loopback.</summary>
public sealed class SocketStreamTests
{
    private const int Patience = 30_000;
    private const int Length = 5_000_003;

    private static CancellationToken Over => TestContext.Current.CancellationToken;

    [Fact(Timeout = Patience)]
    public async Task Waiting_WithOctetsLeftUnread_EndsAtOnce()
    {
        (SocketStream near, SocketStream far) = await ConnectAsync();
        await using SocketStream a = near, b = far;
        await a.WriteAsync(new byte[10], Over);
        byte[] four = new byte[4];
        for (int read = 0; read < 10;)
        {
            await b.WaitReadableAsync(Over);
            await b.WaitReadableAsync(Over);
            Assert.True(b.TryRead(four, out int count));
            read += count;
        }

        Assert.False(b.TryRead(four, out _));
        await a.CompleteWritesAsync(Over);
        await b.WaitReadableAsync(Over);
        Assert.Equal(0, await b.ReadAsync(four, Over));
        await b.WaitReadableAsync(Over);
    }

    [Theory(Timeout = Patience)]
    [InlineData(1)]
    [InlineData(1000)]
    [InlineData(65536)]
    [InlineData(1_000_000)]
    public async Task ReadsOfAnyLength_GetAll(int length)
    {
        int all = length == 1 ? 20_000 : Length;
        (SocketStream near, SocketStream far) = await ConnectAsync();
        await using SocketStream a = near, b = far;
        byte[] sent = new byte[all];
        new Random(length).NextBytes(sent);
        Task writing = Task.Run(async () =>
        {
            await a.WriteAsync(sent, Over);
            await a.CompleteWritesAsync(Over);
        }, Over);
        byte[] received = new byte[all + length];
        int read = 0;
        while (await b.ReadAsync(received.AsMemory(read, length), Over) is > 0 and int count) read += count;
        await writing;
        Assert.Equal(all, read);
        Assert.Equal(sent, received[..all]);
    }

    [Fact(Timeout = Patience)]
    public async Task Relay_BetweenTwoSockets_CarriesAllBothWays()
    {
        (SocketStream client, SocketStream accepted) = await ConnectAsync();
        (SocketStream dialled, SocketStream server) = await ConnectAsync();
        await using SocketStream a = client, b = server;
        Task<RelayResult> relay = StreamRelay.RunAsync(accepted, dialled);
        byte[] octets = new byte[Length];
        new Random(1).NextBytes(octets);
        Task<byte[]> there = ReadToEndAsync(b), back = ReadToEndAsync(a);
        await Task.WhenAll(SendAsync(a, octets), SendAsync(b, octets));
        Assert.Equal(octets, await there);
        Assert.Equal(octets, await back);
        Assert.Equal(new RelayResult(Length, Length), await relay);
    }

    /// <summary>The kernel tells a reset once, here to a write: the end that a read sees then is none in order.</summary>
    [Fact(Timeout = Patience)]
    public async Task Reset_ThatAWriteHeardOf_IsNoOrderlyEnd()
    {
        (SocketStream near, SocketStream far) = await ConnectAsync();
        await using SocketStream a = near;
        far.Abort(TunnelError.Reset);
        await a.WaitReadableAsync(Over);
        Assert.Equal(TunnelError.Reset, (await Assert.ThrowsAsync<TunnelException>(async () => await a.WriteAsync(new byte[1], Over))).Error);
        Assert.Equal(TunnelError.Reset, (await Assert.ThrowsAsync<TunnelException>(async () => _ = await a.ReadAsync(new byte[10], Over))).Error);
    }

    /// <summary>A peer that said all it had, closed, and resets because we go on: what it said is whole.</summary>
    [Fact(Timeout = Patience)]
    public async Task ResetAfterAnOrderlyEnd_LeavesTheEndOrderly()
    {
        (SocketStream near, SocketStream far) = await ConnectAsync();
        await using SocketStream a = near;
        await far.WriteAsync("all"u8.ToArray(), Over);
        await far.DisposeAsync();
        await a.WaitReadableAsync(Over);
        await Assert.ThrowsAsync<TunnelException>(async () =>
        {
            while (true) await a.WriteAsync(new byte[1], Over);
        });
        byte[] room = new byte[10];
        Assert.Equal(3, await a.ReadAsync(room, Over));
        Assert.Equal(0, await a.ReadAsync(room, Over));
    }

    [Fact(Timeout = Patience)]
    public async Task Disposing_EndsWhoWaits()
    {
        (SocketStream near, SocketStream far) = await ConnectAsync();
        await using SocketStream b = far;
        Task<int> reading = near.ReadAsync(new byte[1], Over).AsTask();
        near.Dispose();
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(() => reading);
        Assert.Equal(TunnelError.Closed, e.Error);
        Assert.Equal(0, await b.ReadAsync(new byte[1], Over));
    }

    [Fact(Timeout = Patience)]
    public async Task Cancelling_EndsARead_AndTheNextOneWorks()
    {
        (SocketStream near, SocketStream far) = await ConnectAsync();
        await using SocketStream a = near, b = far;
        using var cancel = new CancellationTokenSource();
        Task<int> reading = a.ReadAsync(new byte[1], cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        await b.WriteAsync(new byte[1], Over);
        Assert.Equal(1, await a.ReadAsync(new byte[1], Over));
    }

    [Fact(Timeout = Patience)]
    public async Task Abort_ResetsTheOtherEnd()
    {
        (SocketStream near, SocketStream far) = await ConnectAsync();
        await using SocketStream b = far;
        near.Abort(TunnelError.Reset);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => _ = await b.ReadAsync(new byte[1], Over));
        Assert.Equal(TunnelError.Reset, e.Error);
        Assert.Contains("Connection reset by peer", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Dialling_WhereNobodyListens_IsRefused()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var to = new TcpDestination("127.0.0.1", ((IPEndPoint)taken.LocalEndPoint!).Port);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await new SocketDialer().DialAsync(new DialRequest(to), Over));
        Assert.Equal((TunnelError.ConnectionRefused, $"connect to {to}: Connection refused"), (e.Error, e.Message));
    }

    private static async Task<(SocketStream Near, SocketStream Far)> ConnectAsync()
    {
        await using IStreamListener listener = await new SocketBinder().BindAsync(new TcpDestination("localhost", 0), Over);
        ValueTask<Incoming?> accepting = listener.AcceptAsync(Over);
        DuplexStream near = await new SocketDialer().DialAsync(new DialRequest(listener.BoundAt), Over);
        return ((SocketStream)near, (SocketStream)(await accepting)!.Stream);
    }

    private static async Task SendAsync(SocketStream stream, byte[] octets)
    {
        await stream.WriteAsync(octets, Over);
        await stream.CompleteWritesAsync(Over);
    }

    private static async Task<byte[]> ReadToEndAsync(SocketStream stream)
    {
        using var all = new MemoryStream();
        await stream.CopyToAsync(all, Over);
        return all.ToArray();
    }
}
