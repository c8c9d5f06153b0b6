using System.Diagnostics;
using System.Net;
using System.Text;
using Adit.Proxies.AccessLog;

namespace Adit.Proxies.Tests.Serving;

/// <summary>Limits, PROXY protocol headers, users, the access log's form.</summary>
public sealed class LimitTests
{
    [Fact]
    public async Task ConnectionsOfAClient_AreLimited()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Limits = new ProxyLimits { ConnectionsPerClient = 2 } });
        RawConnection first = await proxy.ConnectAsync();
        await using RawConnection second = await proxy.ConnectAsync();
        try
        {
            await using RawConnection third = await proxy.ConnectAsync();
            Assert.True(await third.IsCutAsync());
        }
        catch (System.Net.Sockets.SocketException)
        {
            // Reset before the connection was complete.
        }

        await first.DisposeAsync();
        await ProxyHost.UntilAsync(() => proxy.Service.ConnectionCount == 1, "the end of the first");
        await using RawConnection again = await proxy.ConnectAsync();
        await again.SendAsync("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", await again.ReadHeadAsync());
        Assert.Contains(proxy.Lines, l => l.Contains("expected at most 2 connections of one client", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SilentTunnel_IsEnded_AndOneThatMovesIsNot()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Limits = new ProxyLimits { IdleTime = TimeSpan.FromMilliseconds(400) } });
        await using var origin = new RawOrigin();
        await using RawConnection silent = await proxy.ConnectAsync();
        await silent.SendAsync([5, 1, 0, .. Socks.SocksTests.Request5(1, null, origin.Port)]);
        await silent.ReadAsync(12);
        await using RawConnection moving = await proxy.ConnectAsync();
        await moving.SendAsync([5, 1, 0, .. Socks.SocksTests.Request5(1, null, origin.Port)]);
        await moving.ReadAsync(12);
        await using RawConnection a = await origin.NextAsync();
        await using RawConnection b = await origin.NextAsync();
        Task<bool> cut = silent.IsCutAsync();
        while (!cut.IsCompleted)
        {
            await moving.SendAsync("x");
            await Task.Delay(20);
        }

        Assert.True(await cut);
        await moving.SendAsync("y");
        Assert.Contains("silent for too long", (await proxy.AccessAsync()).Reason);
        Assert.Single(proxy.Accesses);
    }

    [Fact]
    public async Task Rate_IsKept()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Limits = new ProxyLimits { OctetsPerSecond = 100_000 } });
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync([5, 1, 0, .. Socks.SocksTests.Request5(1, null, origin.Port)]);
        await client.ReadAsync(12);
        await using RawConnection server = await origin.NextAsync();
        var watch = Stopwatch.StartNew();
        Task sending = server.SendAsync(new byte[160_000]);
        await client.ReadAsync(160_000);
        await sending;
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.4, 15);
    }

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.7 198.51.100.1 4711 3128\r\n", "192.0.2.7:4711")]
    [InlineData("PROXY UNKNOWN\r\n", null)]
    public async Task ProxyHeader_IsBelieved_FromTrustedNetworksOnly(string header, string? source)
    {
        await using ProxyHost trusting = await ProxyHost.StartAsync(new ProxyOptions { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        await using (RawConnection client = await trusting.ConnectAsync())
        {
            await client.SendAsync($"{header}TRACE * HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.StartsWith("HTTP/1.1 405 ", await client.ReadHeadAsync());
            Assert.Equal(source ?? client.Local.ToString(), (await trusting.AccessAsync()).Client!.ToString());
        }

        await using (RawConnection client = await trusting.ConnectAsync())
        {
            await client.SendAsync("GET http://x/ HTTP/1.1\r\nHost: x\r\n\r\n");
            Assert.True(await client.IsCutAsync());
        }

        await using ProxyHost other = await ProxyHost.StartAsync(new ProxyOptions { TrustedProxies = [IPNetwork.Parse("192.0.2.0/24")] });
        await using RawConnection stranger = await other.ConnectAsync();
        await stranger.SendAsync(header);
        Assert.StartsWith("HTTP/1.1 400 ", await stranger.ReadHeadAsync());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ProxyHeader_IsSentToDestinations(int version)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { ProxyHeaderVersion = version });
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync([5, 1, 0, .. Socks.SocksTests.Request5(1, null, origin.Port), .. "payload"u8]);
        await using RawConnection server = await origin.NextAsync();
        byte[] all = await server.ReadAsync(version == 1 ? $"PROXY TCP4 127.0.0.1 127.0.0.1 {client.Local.Port} {proxy.EndPoint.Port}\r\n".Length : 28);
        Assert.Equal(Wire.DecodeStatus.Ok, Wire.ProxyProtocol.ProxyHeader.TryDecode(all, out Wire.ProxyProtocol.ProxyHeader header, out int consumed));
        Assert.Equal((client.Local, proxy.EndPoint, all.Length), (header.Source, header.Destination, consumed));
        Assert.Equal("payload", await server.ReadTextAsync(7));
    }

    [Fact]
    public void AccessLog_IsOneLine_WhateverAClientSent()
    {
        var access = new ProxyAccess
        {
            Began = DateTimeOffset.UnixEpoch, Listener = "127.0.0.1:1", Client = IPEndPoint.Parse("192.0.2.7:4711"), User = "a\nb c", Protocol = "socks5", Command = "CONNECT", Host = "x\"\r\ny", Port = 443,
            Verdict = ProxyVerdict.Denied, Reason = "deny \"x\"", Status = 403, Content = "tls", Up = 1, Down = 2, Duration = TimeSpan.FromMilliseconds(1500),
        };
        Assert.Equal(
            "1970-01-01T00:00:00.000Z 192.0.2.7:4711 a\\u000ab_c socks5 CONNECT x\\u0022\\u000d\\u000ay:443 denied 1 2 1.500 \"deny \\u0022x\\u0022\" status=403 content=tls\n", Write(access, json: false));
        Assert.Equal(
            "{\"time\":\"1970-01-01T00:00:00Z\",\"listener\":\"127.0.0.1:1\",\"client\":\"192.0.2.7:4711\",\"user\":\"a\\nb c\",\"protocol\":\"socks5\",\"command\":\"CONNECT\",\"host\":\"x\\u0022\\r\\ny\",\"port\":443," +
            "\"verdict\":\"denied\",\"reason\":\"deny \\u0022x\\u0022\",\"status\":403,\"content\":\"tls\",\"up\":1,\"down\":2,\"seconds\":1.5}\n", Write(access, json: true));
    }

    private static string Write(ProxyAccess access, bool json)
    {
        using var stream = new MemoryStream();
        using (var writer = new AccessLogWriter(stream, json)) writer.Add(access);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
