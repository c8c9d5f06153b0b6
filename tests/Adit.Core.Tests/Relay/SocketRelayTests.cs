using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Adit.Core.Relay;
using Adit.Core.Streams;

namespace Adit.Core.Tests.Relay;

/// <summary>Two bare sockets are joined within the kernel; anything else is copied. Both give the same octets.</summary>
public sealed class SocketRelayTests
{
    private const int Patience = 60_000;

    private static CancellationToken Over => TestContext.Current.CancellationToken;

    [Theory(Timeout = Patience)]
    [InlineData(true, 0, 0)]
    [InlineData(true, 1, 0)]
    [InlineData(true, 20_000_003, 1_000_003)]
    [InlineData(true, 65_536, 131_072)]
    [InlineData(false, 20_000_003, 1_000_003)]
    [InlineData(false, 65_536, 131_072)]
    public async Task BothWaysAtOnce_AreExact_WithHalfClose(bool bare, int there, int back)
    {
        await using var path = await RelayedPath.OpenAsync(bare);
        byte[] sent = RandomNumberGenerator.GetBytes(there);
        byte[] answer = RandomNumberGenerator.GetBytes(back);
        Task<byte[]> atServer = ReceiveAsync(path.Server);
        Task sending = SendAsync(path.Client, sent);
        Task<byte[]> atClient = ReceiveAsync(path.Client);
        await sending;
        Assert.Equal(sent, await atServer);
        Assert.False(atClient.IsCompleted && back > 0);
        await SendAsync(path.Server, answer);
        Assert.Equal(answer, await atClient);
        RelayResult result = await path.Relay.WaitAsync(Over);
        Assert.Equal(new RelayResult(there, back), result);
    }

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task SlowReader_HoldsTheWriterUp_AndGetsAll(bool bare)
    {
        await using var path = await RelayedPath.OpenAsync(bare);
        byte[] sent = RandomNumberGenerator.GetBytes(64 * 1024 * 1024);
        Task sending = SendAsync(path.Client, sent);
        // What nobody reads fills the kernel's buffers, and then the writer waits.
        byte[] first = new byte[1];
        Assert.Equal(1, await path.Server.ReceiveAsync(first, Over));
        Assert.False(sending.IsCompleted);
        byte[] rest = await ReceiveAsync(path.Server);
        await sending;
        Assert.Equal(sent[0], first[0]);
        Assert.True(sent.AsSpan(1).SequenceEqual(rest));
        path.Server.Shutdown(SocketShutdown.Send);
        Assert.Equal(RelaySide.None, (await path.Relay.WaitAsync(Over)).Failed);
    }

    [Theory(Timeout = Patience)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Reset_ResetsTheOtherSide_AndIsToldApart(bool bare)
    {
        await using var path = await RelayedPath.OpenAsync(bare);
        await path.Client.SendAsync(new byte[500_000], Over);
        byte[] some = new byte[200_000];
        Assert.NotEqual(0, await path.Server.ReceiveAsync(some, Over));
        path.Server.Close(0);
        RelayResult result = await path.Relay.WaitAsync(Over);
        Assert.Equal(RelaySide.Second, result.Failed);
        await Assert.ThrowsAsync<SocketException>(async () =>
        {
            while (await path.Client.ReceiveAsync(some, Over) > 0)
            {
            }

            throw new InvalidOperationException("an orderly end");
        });
    }

    [Fact(Timeout = Patience)]
    public async Task ManyAtOnce_Alternating_AreExact()
    {
        await Task.WhenAll(Enumerable.Range(1, 16).Select(async seed =>
        {
            await using var path = await RelayedPath.OpenAsync(bare: true);
            var random = new Random(seed);
            for (int turn = 0; turn < 40; turn++)
            {
                // Above and below what is spliced, so that both ways of moving take turns.
                byte[] sent = new byte[random.Next(2) == 0 ? random.Next(1, 2000) : random.Next(60_000, 600_000)];
                random.NextBytes(sent);
                (Socket from, Socket to) = turn % 2 == 0 ? (path.Client, path.Server) : (path.Server, path.Client);
                Task sending = Task.Run(async () => await SendAllAsync(from, sent), Over);
                byte[] received = new byte[sent.Length];
                for (int got = 0; got < received.Length;)
                {
                    int count = await to.ReceiveAsync(received.AsMemory(got), Over);
                    Assert.NotEqual(0, count);
                    got += count;
                }

                await sending;
                Assert.True(sent.AsSpan().SequenceEqual(received));
            }
        }));
    }

    private static async Task SendAsync(Socket to, byte[] octets)
    {
        await SendAllAsync(to, octets);
        to.Shutdown(SocketShutdown.Send);
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> octets)
    {
        while (octets.Length > 0) octets = octets[await to.SendAsync(octets, Over)..];
    }

    private static async Task<byte[]> ReceiveAsync(Socket from)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[100_000];
        while (await from.ReceiveAsync(buffer, Over) is > 0 and var count) all.Write(buffer, 0, count);
        return all.ToArray();
    }

    /// <summary>A client's socket, a relay's two, a server's.</summary>
    private sealed record RelayedPath(Socket Client, Socket Server, Task<RelayResult> Relay) : IAsyncDisposable
    {
        public static async Task<RelayedPath> OpenAsync(bool bare)
        {
            (Socket client, Socket first) = await PairAsync();
            (Socket second, Socket server) = await PairAsync();
            DuplexStream near = new SocketStream(first);
            return new RelayedPath(client, server, StreamRelay.RunAsync(bare ? near : new PassingStream(near), new SocketStream(second)));
        }

        public async ValueTask DisposeAsync()
        {
            Client.Dispose();
            Server.Dispose();
            await Relay;
        }

        private static async Task<(Socket Near, Socket Far)> PairAsync()
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen(1);
            var near = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await near.ConnectAsync(listener.LocalEndPoint!, Over);
            return (near, await listener.AcceptAsync(Over));
        }
    }
}
