using System.Text;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Tests.Serving;

namespace Adit.Proxies.Tests.Http;

/// <summary>Plain HTTP proxying: what the origin gets, what the client gets, and when connections are kept.</summary>
public sealed class ForwardTests
{
    [Fact]
    public async Task Request_GoesOnInOriginForm_WithoutWhatConcernsTheConnection()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"GET http://127.0.0.1:{origin.Port}/a?b=c HTTP/1.1\r\nHost: elsewhere\r\nAccept: */*\r\nProxy-Connection: keep-alive\r\nConnection: X-Hop, close-not\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nTE: trailers\r\n" +
            "Upgrade: websocket\r\nProxy-Authorization: Basic eDp5\r\nX-End: 2\r\nMax-Forwards: 3\r\n\r\n");
        await using RawConnection server = await origin.NextAsync();
        Assert.Equal($"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:{origin.Port}\r\nAccept: */*\r\nX-End: 2\r\nMax-Forwards: 2\r\nVia: 1.1 tester\r\n\r\n", await server.ReadHeadAsync());
        await server.SendAsync("HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nConnection: keep-alive, X-Secret\r\nX-Secret: 1\r\nKeep-Alive: 9\r\nProxy-Authenticate: Basic\r\nServer: s\r\nVia: 1.1 other\r\n\r\nok");
        Assert.Equal("HTTP/1.1 200 Fine\r\nContent-Length: 2\r\nServer: s\r\nVia: 1.1 other\r\nVia: 1.1 tester\r\n\r\n", await client.ReadHeadAsync());
        Assert.Equal("ok", await client.ReadTextAsync(2));
        ProxyAccess access = await proxy.AccessAsync();
        Assert.Equal(("http", "GET", "127.0.0.1", origin.Port, ProxyVerdict.Allowed, 200), (access.Protocol, access.Command, access.Host, access.Port, access.Verdict, access.Status));
    }

    [Fact]
    public async Task ManyRequests_ShareBothConnections()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        RawConnection? server = null;
        // All at once: pipelined requests wait for their turn.
        for (int i = 0; i < 20; i++) await client.SendAsync($"GET http://127.0.0.1:{origin.Port}/{i} HTTP/1.1\r\nHost: x\r\n\r\n");
        for (int i = 0; i < 20; i++)
        {
            server ??= await origin.NextAsync();
            Assert.StartsWith($"GET /{i} HTTP/1.1\r\n", await server.ReadHeadAsync());
            await server.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {i.ToString().Length}\r\n\r\n{i}");
            await client.ReadHeadAsync();
            Assert.Equal(i.ToString(), await client.ReadTextAsync(i.ToString().Length));
        }

        Assert.Equal(1, origin.Count);
        await server!.DisposeAsync();
    }

    [Fact]
    public async Task OriginThatClosedMeanwhile_IsAskedAnew()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync($"GET http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\n\r\n");
            await using RawConnection server = await origin.NextAsync();
            await server.ReadHeadAsync();
            await server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
            await client.ReadHeadAsync();
        }
    }

    [Fact]
    public async Task Bodies_PassByLengthAndByChunks()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"POST http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello");
        await using RawConnection first = await origin.NextAsync();
        Assert.Contains("Content-Length: 5\r\n", await first.ReadHeadAsync());
        Assert.Equal("hello", await first.ReadTextAsync(5));
        await first.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nTrailer: t\r\n\r\n");
        Assert.EndsWith("Transfer-Encoding: chunked\r\n\r\n", await client.ReadHeadAsync());
        Assert.Equal("3;x=y\r\nabc\r\n0\r\nTrailer: t\r\n\r\n", await client.ReadUntilAsync("\r\n\r\n"));

        const string Body = "5;e\r\nhello\r\n6\r\n world\r\n0\r\n\r\n";
        await client.SendAsync($"POST http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{Body}");
        await using RawConnection second = await origin.NextAsync();
        Assert.EndsWith("Via: 1.1 tester\r\nTransfer-Encoding: chunked\r\n\r\n", await second.ReadHeadAsync());
        Assert.Equal(Body, await second.ReadTextAsync(Body.Length));
        await second.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await client.ReadHeadAsync();
    }

    [Fact]
    public async Task ResponseWithoutLength_BecomesChunks_AndEndsOfAnHttp10Client()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"GET http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\n\r\n");
        await using (RawConnection server = await origin.NextAsync())
        {
            await server.ReadHeadAsync();
            await server.SendAsync("HTTP/1.0 200 OK\r\n\r\nsome text");
            server.EndSending();
            Assert.EndsWith("Via: 1.0 tester\r\nTransfer-Encoding: chunked\r\n\r\n", await client.ReadHeadAsync());
            Assert.Equal("9\r\nsome text\r\n0\r\n\r\n", await client.ReadUntilAsync("0\r\n\r\n"));
        }

        await using RawConnection old = await proxy.ConnectAsync();
        await old.SendAsync($"GET http://127.0.0.1:{origin.Port}/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
        await using (RawConnection server = await origin.NextAsync())
        {
            await server.ReadHeadAsync();
            await server.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n4\r\nefgh\r\n0\r\n\r\n");
            Assert.EndsWith("Connection: close\r\n\r\nabcdefgh", await old.ReadToEndAsync());
        }
    }

    [Theory]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\nETag: \"x\"\r\n\r\n")]
    public async Task ResponseWithoutBody_KeepsTheConnection(string method, string response)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        RawConnection? server = null;
        for (int i = 0; i < 2; i++)
        {
            await client.SendAsync($"{method} http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\n\r\n");
            server ??= await origin.NextAsync();
            await server.ReadHeadAsync();
            await server.SendAsync(response);
            Assert.Equal(response[..^2] + "Via: 1.1 tester\r\n\r\n", await client.ReadHeadAsync());
        }

        await server!.DisposeAsync();
    }

    [Fact]
    public async Task Continue_PassesBeforeTheBodyIsSent()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"PUT http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
        await using RawConnection server = await origin.NextAsync();
        Assert.Contains("Expect: 100-continue\r\n", await server.ReadHeadAsync());
        await server.SendAsync("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n");
        Assert.Equal("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", await client.ReadHeadAsync());
        Assert.Equal("HTTP/1.1 100 Continue\r\n\r\n", await client.ReadHeadAsync());
        await client.SendAsync("abc");
        Assert.Equal("abc", await server.ReadTextAsync(3));
        await server.SendAsync("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 201 Created", await client.ReadHeadAsync());
    }

    [Fact]
    public async Task BothDirections_StreamAtOnce()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"POST http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
        await using RawConnection server = await origin.NextAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        await client.ReadHeadAsync();
        for (int i = 0; i < 50; i++)
        {
            await client.SendAsync("2\r\nup\r\n");
            Assert.Equal("2\r\nup\r\n", await server.ReadTextAsync(7));
            await server.SendAsync("4\r\ndown\r\n");
            Assert.Equal("4\r\ndown\r\n", await client.ReadTextAsync(9));
        }

        await server.SendAsync("0\r\n\r\n");
        await client.SendAsync("0\r\n\r\n");
        Assert.Equal("0\r\n\r\n", await client.ReadTextAsync(5));
    }

    [Fact]
    public async Task AnswerBeforeTheBody_ReachesTheClient()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"POST http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc");
        await using RawConnection server = await origin.NextAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig");
        Assert.StartsWith("HTTP/1.1 413 ", await client.ReadHeadAsync());
        Assert.Equal("big", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task PartOfABody_IsNeverTakenForTheWhole()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"GET http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\n\r\n");
        await using RawConnection server = await origin.NextAsync();
        await server.ReadHeadAsync();
        await server.SendAsync("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
        server.EndSending();
        await client.ReadHeadAsync();
        await Assert.ThrowsAnyAsync<IOException>(client.ReadToEndAsync);

        await using RawConnection uploader = await proxy.ConnectAsync();
        await uploader.SendAsync($"POST http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
        await using RawConnection receiver = await origin.NextAsync();
        await receiver.ReadHeadAsync();
        Assert.Equal("abc", await receiver.ReadTextAsync(3));
        uploader.EndSending();
        await Assert.ThrowsAnyAsync<IOException>(receiver.ReadToEndAsync);
        Assert.StartsWith("HTTP/1.1 400 ", await uploader.ReadHeadAsync());
    }

    [Fact]
    public async Task Upgrade_IsPassed_WhereTheOperatorSaysSo()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { PassUpgrade = true });
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"GET http://127.0.0.1:{origin.Port}/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: k\r\n\r\n");
        await using RawConnection server = await origin.NextAsync();
        Assert.Contains("Sec-WebSocket-Key: k\r\nVia: 1.1 tester\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", await server.ReadHeadAsync());
        await server.SendAsync("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: a\r\n\r\nframe");
        Assert.StartsWith("HTTP/1.1 101 ", await client.ReadHeadAsync());
        Assert.Equal("frame", await client.ReadTextAsync(5));
        await client.SendAsync("back");
        Assert.Equal("back", await server.ReadTextAsync(4));
        client.EndSending();
        Assert.Equal("", await server.ReadToEndAsync());
        await server.SendAsync("last");
        server.EndSending();
        Assert.Equal("last", await client.ReadToEndAsync());
    }

    [Fact]
    public async Task LargeBodies_PassUnchanged()
    {
        const int Length = 16 << 20;
        byte[] octets = new byte[Length];
        new Random(5).NextBytes(octets);
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        Task sending = Task.Run(async () =>
        {
            await client.SendAsync($"POST http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: {Length}\r\n\r\n");
            await client.SendAsync(octets);
        });
        await using RawConnection server = await origin.NextAsync();
        await server.ReadHeadAsync();
        Task echoing = Task.Run(async () =>
        {
            await server.SendAsync($"HTTP/1.1 200 OK\r\nContent-Length: {Length}\r\n\r\n");
            byte[] buffer = new byte[65536];
            for (int left = Length; left > 0;)
            {
                int count = await server.Stream.ReadAsync(buffer);
                await server.Stream.WriteAsync(buffer.AsMemory(0, count));
                left -= count;
            }
        });
        await client.ReadHeadAsync();
        byte[] back = await client.ReadAsync(Length);
        await Task.WhenAll(sending, echoing);
        Assert.True(octets.AsSpan().SequenceEqual(back));
    }

    [Fact]
    public async Task Loop_IsDetected()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"GET http://127.0.0.1:{proxy.EndPoint.Port}/ HTTP/1.1\r\nHost: x\r\nVia: 1.0 a, 1.1 tester\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 508 Loop Detected\r\n", await client.ReadHeadAsync());
    }

    [Fact]
    public async Task DestinationThatIsNotThere_IsToldInItsOwnWords()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using RawConnection client = await proxy.ConnectAsync();
        int closed;
        await using (var origin = new RawOrigin()) closed = origin.Port;
        await client.SendAsync($"GET http://127.0.0.1:{closed}/ HTTP/1.1\r\nHost: x\r\n\r\n");
        string head = await client.ReadHeadAsync();
        Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\n", head);
        Assert.Contains("Proxy-Status: adit; error=connection_refused\r\n", head);
        Assert.Equal($"connect to 127.0.0.1:{closed}: Connection refused\n", await client.ReadUntilAsync("\n"));
        await client.SendAsync("GET http://no-such-host.invalid/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.Contains("error=dns_error", await client.ReadToEndAsync());
        Assert.Equal(ProxyVerdict.Failed, (await proxy.AccessAsync(2)).Verdict);
        Assert.Equal(Encoding.ASCII.GetString("no-such-host.invalid"u8), (await proxy.AccessAsync(2)).Host);
    }
}
