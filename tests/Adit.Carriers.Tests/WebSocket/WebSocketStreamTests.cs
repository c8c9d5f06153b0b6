using Adit.Carriers.WebSocket;
using Adit.Core;
using Adit.Core.Streams;
using Adit.TestKit.Time;

namespace Adit.Carriers.Tests.WebSocket;

public sealed class WebSocketStreamTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(true, 1)]
    [InlineData(true, 128 * 1024)]
    [InlineData(false, 1000)]
    public async Task BothDirectionsAtOnce_AreByteExact_AndEndSeparately(bool masked, int frameLength)
    {
        using var pair = new MemoryStreamPair();
        (WebSocketStream client, WebSocketStream server) = Ends(pair, masked, frameLength);
        int length = frameLength == 1 ? 20_000 : 3_000_000;
        byte[] up = Octets(1, length), down = Octets(2, length);
        Task<byte[]> atServer = ReadToEndAsync(server), atClient = ReadToEndAsync(client);
        Task sending = Task.WhenAll(SendAsync(client, up), SendAsync(server, down));
        Assert.Equal(up, await atServer.WaitAsync(Patience));
        Assert.Equal(down, await atClient.WaitAsync(Patience));
        await sending;
        client.Dispose();
        server.Dispose();
        await Task.WhenAll(client.Closed, server.Closed).WaitAsync(Patience);
    }

    [Fact]
    public async Task HalfClose_LeavesTheOtherDirection()
    {
        using var pair = new MemoryStreamPair();
        (WebSocketStream client, WebSocketStream server) = Ends(pair, true, 1000);
        await client.WriteAsync("question"u8.ToArray());
        await client.CompleteWritesAsync();
        Assert.Equal("question"u8.ToArray(), await ReadToEndAsync(server));
        await server.WriteAsync("answer"u8.ToArray());
        await server.CompleteWritesAsync();
        Assert.Equal("answer"u8.ToArray(), await ReadToEndAsync(client));
        await Assert.ThrowsAsync<TunnelException>(async () => await client.WriteAsync(new byte[1]));
    }

    [Fact]
    public async Task Dispose_IsAnEnd_WithWhatWasWrittenBefore()
    {
        using var pair = new MemoryStreamPair();
        (WebSocketStream client, WebSocketStream server) = Ends(pair, true, 1000);
        await client.WriteAsync("last words"u8.ToArray());
        client.Dispose();
        Assert.Equal("last words"u8.ToArray(), await ReadToEndAsync(server));
        server.Dispose();
        await Task.WhenAll(client.Closed, server.Closed).WaitAsync(Patience);
    }

    [Fact]
    public async Task EndOfTheConnection_WithoutAClose_IsALoss()
    {
        using var pair = new MemoryStreamPair();
        var server = new WebSocketStream(new StreamTransport(pair.Second), new WebSocketStreamOptions { ExpectsMask = true });
        await pair.First.WriteAsync(Octets1("82 81 00000000 61"));
        await pair.First.CompleteWritesAsync();
        Assert.Equal(1, await ReadSomeAsync(server));
        TunnelException lost = await Assert.ThrowsAsync<TunnelException>(async () => await ReadSomeAsync(server));
        Assert.Equal(TunnelError.ConnectionLost, lost.Error);
    }

    [Fact]
    public async Task Abort_IsALossAtThePeer()
    {
        using var pair = new MemoryStreamPair();
        (WebSocketStream client, WebSocketStream server) = Ends(pair, true, 1000);
        client.Abort(TunnelError.Reset);
        await Assert.ThrowsAsync<TunnelException>(async () => await ReadSomeAsync(server));
    }

    [Theory]
    [InlineData("82 01 61", "masked")] // a client's frame without a mask
    [InlineData("80 81 00000000 61", "beginning")] // a continuation of nothing
    [InlineData("c2 81 00000000 61", "header")]
    [InlineData("88 81 00000000 61", "code")]
    public async Task BrokenFrames_AreRefused_AndSaidSo(string notation, string word)
    {
        using var pair = new MemoryStreamPair();
        var server = new WebSocketStream(new StreamTransport(pair.Second), new WebSocketStreamOptions { ExpectsMask = true });
        await pair.First.WriteAsync(Octets1(notation));
        TunnelException broken = await Assert.ThrowsAsync<TunnelException>(async () => await ReadSomeAsync(server));
        Assert.Equal(TunnelError.ProtocolViolation, broken.Error);
        Assert.Contains(word, broken.Message, StringComparison.Ordinal);
        await server.Closed.WaitAsync(Patience);
    }

    [Fact]
    public async Task Fragments_AndPingsBetweenThem_AreOneStream()
    {
        using var pair = new MemoryStreamPair();
        var server = new WebSocketStream(new StreamTransport(pair.Second), new WebSocketStreamOptions { ExpectsMask = true });
        await pair.First.WriteAsync(Octets1("02 81 00000000 61 89 82 00000000 7071 00 81 00000000 62 80 81 00000000 63 81 80 00000000"));
        Assert.Equal("abc"u8.ToArray(), await ReadToEndAsync(server));
        byte[] pong = new byte[4];
        await pair.First.ReadExactlyAsync(pong);
        Assert.Equal(Octets1("8a 02 7071"), pong);
    }

    [Fact]
    public async Task CloseCode_TellsAnEndFromAReset()
    {
        foreach ((string code, bool isEnd) in new[] { ("88 80 00000000", true), ("88 82 00000000 03e8", true), ("88 82 00000000 03f3", false) })
        {
            using var pair = new MemoryStreamPair();
            var server = new WebSocketStream(new StreamTransport(pair.Second), new WebSocketStreamOptions { ExpectsMask = true });
            await pair.First.WriteAsync(Octets1(code));
            if (isEnd) Assert.Equal(0, await ReadSomeAsync(server));
            else Assert.Equal(TunnelError.Reset, (await Assert.ThrowsAsync<TunnelException>(async () => await ReadSomeAsync(server))).Error);
        }
    }

    [Fact]
    public async Task Silence_IsBrokenByAPing()
    {
        var time = new VirtualTime();
        using var pair = new MemoryStreamPair();
        var client = new WebSocketStream(new StreamTransport(pair.First), new WebSocketStreamOptions(), time);
        byte[] ping = new byte[2];
        Task reading = pair.Second.ReadExactlyAsync(ping).AsTask();
        time.Advance(TimeSpan.FromSeconds(15));
        await reading.WaitAsync(Patience);
        Assert.Equal(Octets1("89 00"), ping);
        client.Abort(TunnelError.Closed);
    }

    [Fact]
    public async Task Probe_PassesWhereAnswersCome_AndKeepsWhatCameBefore()
    {
        using var pair = new MemoryStreamPair();
        (WebSocketStream client, WebSocketStream server) = Ends(pair, true, 1000);
        await server.WriteAsync("banner"u8.ToArray());
        Task<int> serving = ReadSomeAsync(server);
        Assert.Null(await client.ProbeAsync(Patience));
        byte[] banner = new byte[6];
        await client.ReadExactlyAsync(banner);
        Assert.Equal("banner"u8.ToArray(), banner);
        await client.WriteAsync("x"u8.ToArray());
        Assert.Equal(1, await serving.WaitAsync(Patience));
    }

    [Fact]
    public async Task Probe_FindsAPathThatHoldsBack()
    {
        using var pair = new MemoryStreamPair();
        var client = new WebSocketStream(new StreamTransport(pair.First), new WebSocketStreamOptions { MasksOutgoing = true });
        Task<string?> probing = client.ProbeAsync(TimeSpan.FromSeconds(1));
        byte[] pings = new byte[14];
        await pair.Second.ReadExactlyAsync(pings);
        await pair.Second.WriteAsync(Octets1("8a 01 00 8a 01 01")); // both answers in one piece, and none to what nothing follows
        Assert.Contains("the path buffers", await probing.WaitAsync(Patience), StringComparison.Ordinal);

        using var silent = new MemoryStreamPair();
        var other = new WebSocketStream(new StreamTransport(silent.First));
        Assert.Contains("no answer", await other.ProbeAsync(TimeSpan.FromMilliseconds(400)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Probe_PassesWhereThePeerIsSlow()
    {
        using var pair = new MemoryStreamPair();
        var client = new WebSocketStream(new StreamTransport(pair.First));
        Task<string?> probing = client.ProbeAsync(Patience);
        byte[] pings = new byte[6];
        await pair.Second.ReadExactlyAsync(pings);
        await pair.Second.WriteAsync(Octets1("8a 01 01")); // the latest alone is answered
        await pair.Second.ReadExactlyAsync(pings.AsMemory(0, 3));
        Assert.Equal(Octets1("89 01 02"), pings[..3]);
        await pair.Second.WriteAsync(Octets1("8a 01 02"));
        Assert.Null(await probing.WaitAsync(Patience));
    }

    private static (WebSocketStream Client, WebSocketStream Server) Ends(MemoryStreamPair pair, bool masked, int frameLength) =>
    (
        new WebSocketStream(new StreamTransport(pair.First), new WebSocketStreamOptions { MasksOutgoing = masked, FrameLength = frameLength, IsClient = true }),
        new WebSocketStream(new StreamTransport(pair.Second), new WebSocketStreamOptions { ExpectsMask = masked, FrameLength = frameLength }));

    private static byte[] Octets1(string notation) => TestKit.Codecs.Octets.Of(notation);

    private static byte[] Octets(int seed, int length)
    {
        byte[] octets = new byte[length];
        new Random(seed).NextBytes(octets);
        return octets;
    }

    private static Task<int> ReadSomeAsync(DuplexStream from) => from.ReadAsync(new byte[100]).AsTask();

    private static async Task SendAsync(WebSocketStream to, byte[] octets)
    {
        for (int at = 0; at < octets.Length; at += 50_000) await to.WriteAsync(octets.AsMemory(at, Math.Min(50_000, octets.Length - at)));
        await to.CompleteWritesAsync();
    }

    private static async Task<byte[]> ReadToEndAsync(DuplexStream from)
    {
        using var all = new MemoryStream();
        byte[] buffer = new byte[40_000];
        int count;
        while ((count = await from.ReadAsync(buffer).AsTask().WaitAsync(Patience)) > 0) all.Write(buffer, 0, count);
        return all.ToArray();
    }
}
