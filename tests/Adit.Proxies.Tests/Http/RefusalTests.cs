using System.Text;
using Adit.Proxies.Tests.Serving;
using Adit.Proxies.Users;

namespace Adit.Proxies.Tests.Http;

/// <summary>Requests that are refused: malformed, smuggling, slow, without a password, against the policy.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400)]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc", 400)]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\nHost: x\n\n", 400)]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n", 400)]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\r\nHost : x\r\n\r\n", 400)]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400)]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\r\n\r\n", 400)]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nConnection: content-length\r\nContent-Length: 0\r\n\r\n", 400)]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501)]
    [InlineData("GET http://ORIGIN/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400)]
    [InlineData("GET http://ORIGIN/ HTTP/2.0\r\nHost: x\r\n\r\n", 505)]
    [InlineData("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505)]
    [InlineData("GET http://u:p@ORIGIN/ HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET /local HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("GET https://ORIGIN/ HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("TRACE http://ORIGIN/ HTTP/1.1\r\nHost: x\r\n\r\n", 405)]
    [InlineData("GET http://ORIGIN/ HTTP/1.1\r\nHost: x\r\nExpect: magic\r\n\r\n", 417)]
    [InlineData("CONNECT ORIGIN/ HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("CONNECT 127.0.0.1 HTTP/1.1\r\nHost: x\r\n\r\n", 400)]
    [InlineData("CONNECT ORIGIN HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 400)]
    [InlineData("\0\u0001\u0002\u0003\r\n\r\n", 400)]
    public async Task MalformedRequest_IsAnswered_AndTheOriginSeesNothing(string request, int status)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(ProxyHost.WithRules("allow *:*"));
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync(request.Replace("ORIGIN", $"127.0.0.1:{origin.Port}", StringComparison.Ordinal));
        Assert.StartsWith($"HTTP/1.1 {status} ", await client.ReadHeadAsync());
        client.EndSending();
        await client.ReadToEndAsync();
        Assert.Equal(0, origin.Count);
    }

    [Fact]
    public async Task BrokenChunks_EndBothSides_AndTheOriginDoesNotTakeThemForABody()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"POST http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\nGET /smuggled HTTP/1.1\r\n\r\n");
        await using RawConnection server = await origin.NextAsync();
        await Assert.ThrowsAnyAsync<IOException>(server.ReadToEndAsync);
        string answer = await client.ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400 ", answer);
        Assert.Contains("bare LF", answer);
    }

    [Fact]
    public async Task SmugglingResponse_IsRefused()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        foreach (string response in (string[])
            ["HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "SSH-2.0-x\r\n", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"])
        {
            await using RawConnection client = await proxy.ConnectAsync();
            await client.SendAsync($"GET http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\n\r\n");
            await using RawConnection server = await origin.NextAsync();
            await server.ReadHeadAsync();
            await server.SendAsync(response);
            Assert.StartsWith("HTTP/1.1 502 Bad Gateway\r\nProxy-Status: adit; error=http_protocol_error\r\n", await client.ReadHeadAsync());
        }
    }

    [Fact]
    public async Task HeadBomb_Is431_AndNothingIsKept()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync("GET http://x/ HTTP/1.1\r\n");
        try
        {
            for (int i = 0; i < 1000; i++) await client.SendAsync($"X-{i}: {new string('a', 1000)}\r\n");
        }
        catch (IOException)
        {
            // It has had enough.
        }

        await ProxyHost.UntilAsync(() => proxy.Lines.Any(l => l.Contains("head: expected at most", StringComparison.Ordinal)), "the reason");
        await ProxyHost.UntilAsync(() => proxy.Service.ConnectionCount == 0, "the end of the connection");
    }

    [Theory]
    [InlineData("GET http://x/ HTTP/1.1\r\nHost: x\r\n", "HTTP/1.1 408 Request Timeout\r\n")]
    [InlineData("\u0005\u0001", "")]
    [InlineData("\u0004\u0001\0", "")]
    [InlineData("", "")]
    public async Task SlowRequest_IsGivenUp(string beginning, string answer)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Limits = new ProxyLimits { HeaderTime = TimeSpan.FromMilliseconds(150) } });
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync(beginning);
        try
        {
            Assert.StartsWith(answer, await client.ReadToEndAsync());
        }
        catch (IOException) when (answer.Length == 0)
        {
            // Reset.
        }

        await ProxyHost.UntilAsync(() => proxy.Service.ConnectionCount == 0, "the end of the connection");
    }

    [Fact]
    public async Task Password_IsAskedFor_OnTheSameConnection()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Users = new ProxyUsers([("alice", "w:onder"), ("bob", "b")]) });
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        string request = $"POST http://127.0.0.1:{origin.Port}/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n";
        foreach (string field in (string[])["", "Proxy-Authorization: Bearer x\r\n", "Proxy-Authorization: Basic !!\r\n", Basic("alice", "onder"), Basic("carol", "w:onder"), Basic("bob", "b") + Basic("bob", "b")])
        {
            await client.SendAsync($"{request}{field}\r\nabc");
            string head = await client.ReadHeadAsync();
            Assert.StartsWith("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"adit\", charset=\"UTF-8\"\r\n", head);
            Assert.DoesNotContain("close", head);
            await client.ReadUntilAsync("\n");
        }

        await client.SendAsync($"{request}{Basic("alice", "w:onder")}\r\nabc");
        await using RawConnection server = await origin.NextAsync();
        Assert.DoesNotContain("Authorization", await server.ReadHeadAsync());
        await server.SendAsync("HTTP/1.1 204 No Content\r\n\r\n");
        await client.ReadHeadAsync();
        Assert.Equal("alice", (await proxy.AccessAsync(7)).User);

        await using RawConnection stranger = await proxy.ConnectAsync();
        await stranger.SendAsync($"CONNECT 127.0.0.1:443 HTTP/1.1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 407 ", await stranger.ReadHeadAsync());
    }

    [Theory]
    [InlineData("127.0.0.1:22", "default: CONNECT reaches port 443 only")]
    [InlineData("a.example:25", "default: CONNECT reaches port 443 only")]
    public async Task Connect_ReachesPort443Only_WhoeverAsks(string target, string rule)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync($"CONNECT {target} HTTP/1.1\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", await client.ReadHeadAsync());
        Assert.Equal($"{target}: {rule}\n", await client.ReadUntilAsync("\n"));
        Assert.Single(proxy.Lines, l => l.StartsWith("Information", StringComparison.Ordinal) && l.Contains($"connect CONNECT {target}: refused: {rule}", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[::]")]
    [InlineData("0.0.0.0")]
    [InlineData("0")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0177.0.0.1")]
    [InlineData("017700000001")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("x.localhost")]
    [InlineData("169.254.169.254")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("10.0.0.1")]
    [InlineData("192.168.1.1")]
    [InlineData("[fe80::1]")]
    [InlineData("[64:ff9b::7f00:1]")]
    public async Task DelicateAddress_HoweverSpelled_IsRefusedBeyondLoopback(string host)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(ProxyHost.WithRules("allow *:*"), "0.0.0.0");
        foreach (string request in (string[])[$"CONNECT {host}:443 HTTP/1.1\r\n\r\n", $"GET http://{host}:8080/ HTTP/1.1\r\nHost: x\r\n\r\n"])
        {
            await using RawConnection client = await proxy.ConnectAsync();
            await client.SendAsync(request);
            Assert.StartsWith("HTTP/1.1 403 Forbidden\r\n", await client.ReadHeadAsync());
            Assert.Contains("must be named by a rule", await client.ReadUntilAsync("\n"));
        }
    }

    private static string Basic(string user, string password) => $"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))}\r\n";
}
