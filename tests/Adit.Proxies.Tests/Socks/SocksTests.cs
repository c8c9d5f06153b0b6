using System.Net;
using System.Text;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Tests.Serving;
using Adit.Proxies.Users;

namespace Adit.Proxies.Tests.Socks;

/// <summary>SOCKS4, 4a and 5: CONNECT and BIND, passwords, and what each refusal says.</summary>
public sealed class SocksTests
{
    [Theory]
    [InlineData("socks4")]
    [InlineData("socks4a")]
    [InlineData("socks5")]
    [InlineData("socks5h")]
    public async Task Connect_JoinsBothSides_WithHalfClose(string dialect)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        await using RawConnection client = await proxy.ConnectAsync();
        // Payload right behind the request is not lost.
        byte[] early = "early"u8.ToArray();
        byte[] reply;
        if (dialect.StartsWith("socks4", StringComparison.Ordinal))
        {
            await client.SendAsync([.. Request4(origin.Port, dialect == "socks4a" ? "localhost" : null), .. early]);
            reply = await client.ReadAsync(8);
            Assert.Equal((0, 90), (reply[0], reply[1]));
        }
        else
        {
            await client.SendAsync([5, 1, 0, .. Request5(1, dialect == "socks5" ? null : "127.0.0.1", origin.Port), .. early]);
            Assert.Equal(new byte[] { 5, 0 }, await client.ReadAsync(2));
            reply = await client.ReadAsync(10);
            Assert.Equal(new byte[] { 5, 0, 0, 1, 127, 0, 0, 1 }, reply[..8]);
        }

        await using RawConnection server = await origin.NextAsync();
        Assert.Equal("early", await server.ReadTextAsync(5));
        client.EndSending();
        Assert.Equal("", await server.ReadToEndAsync());
        await server.SendAsync("after the end of the other side");
        server.EndSending();
        Assert.Equal("after the end of the other side", await client.ReadToEndAsync());
        ProxyAccess access = await proxy.AccessAsync();
        Assert.Equal((dialect[..6], "CONNECT", ProxyVerdict.Allowed, 5L, 31L), (access.Protocol, access.Command, access.Verdict, access.Up, access.Down));
    }

    [Fact]
    public async Task Refusals_AreToldInTheDialect_AndLoggedOnceWithTheRule()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(ProxyHost.WithRules("deny 127.0.0.1:7"));
        int closed;
        await using (var origin = new RawOrigin()) closed = origin.Port;
        Assert.Equal(2, await Reply5Async(proxy, Request5(1, null, 7)));
        Assert.Equal(5, await Reply5Async(proxy, Request5(1, null, closed)));
        Assert.Equal(4, await Reply5Async(proxy, Request5(1, "no-such-host.invalid", 80)));
        Assert.Equal(1, await Reply5Async(proxy, Request5(1, null, 0)));
        Assert.Equal(7, await Reply5Async(proxy, Request5(9, null, 80)));
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync(Request4(7, null));
        Assert.Equal(91, (await client.ReadAsync(8))[1]);
        client.EndSending();
        Assert.Equal("", await client.ReadToEndAsync());
        Assert.Equal(2, proxy.Lines.Count(l => l.StartsWith("Information", StringComparison.Ordinal) && l.EndsWith("127.0.0.1:7: refused: deny 127.0.0.1:7", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Password_IsRequired_AndSocks4IsRefused()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Users = new ProxyUsers([("alice", "wonder")]), Rules = [ProxyHost.Rule("deny * user=bob")] });
        await using var origin = new RawOrigin();
        await using (RawConnection client = await proxy.ConnectAsync())
        {
            await client.SendAsync([5, 2, 0, 2, 1, 5, .. "alice"u8, 6, .. "wonder"u8, .. Request5(1, null, origin.Port)]);
            Assert.Equal(new byte[] { 5, 2, 1, 0, 5, 0, 0, 1 }, (await client.ReadAsync(14))[..8]);
            await (await origin.NextAsync()).DisposeAsync();
        }

        Assert.Equal("alice", (await proxy.AccessAsync()).User);
        foreach ((byte[] bytes, byte[] answer) in new (byte[], byte[])[]
        {
            ([5, 1, 2, 1, 5, .. "alice"u8, 6, .. "WONDER"u8], [5, 2, 1, 1]),
            ([5, 1, 2, 1, 3, .. "bob"u8, 0], [5, 2, 1, 1]),
            ([5, 1, 0], [5, 0xff]),
            (Request4(origin.Port, null), [0, 91, 0, 0, 0, 0, 0, 0]),
        })
        {
            await using RawConnection client = await proxy.ConnectAsync();
            await client.SendAsync(bytes);
            client.EndSending();
            Assert.Equal(answer, Encoding.Latin1.GetBytes(await client.ReadToEndAsync()));
        }

        Assert.Equal(4, proxy.Lines.Count(l => l.StartsWith("Information", StringComparison.Ordinal) && l.Contains("refused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Bind_TellsItsAddress_ThenThePeer_AndRelays()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync([5, 1, 0, .. Request5(2, null, 99)]);
        await client.ReadAsync(2);
        byte[] bound = await client.ReadAsync(10);
        Assert.Equal(new byte[] { 5, 0, 0, 1, 127, 0, 0, 1 }, bound[..8]);
        await using RawConnection peer = await RawConnection.OpenAsync(new IPEndPoint(IPAddress.Loopback, (bound[8] << 8) | bound[9]));
        byte[] came = await client.ReadAsync(10);
        Assert.Equal(0, came[1]);
        Assert.Equal(peer.Local.Port, (came[8] << 8) | came[9]);
        await peer.SendAsync("from outside");
        Assert.Equal("from outside", await client.ReadTextAsync(12));
        await client.SendAsync("back");
        client.EndSending();
        Assert.Equal("back", await peer.ReadToEndAsync());
    }

    [Fact]
    public async Task Bind_TakesThePeerThatWasNamedOnly_AndEndsWithItsClient()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync([5, 1, 0, 5, 2, 0, 1, 127, 9, 9, 9, 0, 80]);
        await client.ReadAsync(2);
        byte[] bound = await client.ReadAsync(10);
        Assert.Equal(0, bound[1]);
        var place = new IPEndPoint(IPAddress.Loopback, (bound[8] << 8) | bound[9]);
        try
        {
            await using RawConnection stranger = await RawConnection.OpenAsync(place);
            Assert.True(await stranger.IsCutAsync());
        }
        catch (System.Net.Sockets.SocketException e)
        {
            // It may be cut as soon as it is there.
            Assert.Equal(System.Net.Sockets.SocketError.ConnectionReset, e.SocketErrorCode);
        }

        await client.DisposeAsync();
        await ProxyHost.UntilAsync(() => proxy.Service.ConnectionCount == 0, "the end of the BIND");
        await Assert.ThrowsAnyAsync<System.Net.Sockets.SocketException>(async () => await (await RawConnection.OpenAsync(place)).DisposeAsync());
    }

    [Fact]
    public async Task Names_GoUnresolvedThroughHops_AndLiteralsAsWhatTheyMean()
    {
        var asked = new List<DialRequest>();
        var via = new Dialer(request =>
        {
            asked.Add(request);
            throw new TunnelException(TunnelError.NameNotResolvedAtPeer, "far end: not resolved");
        });
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Via = via });
        Assert.Equal(4, await Reply5Async(proxy, Request5(1, "only.known.there", 80)));
        Assert.Equal(4, await Reply5Async(proxy, Request5(1, "0x7f.1", 80)));
        Assert.Equal(7, await Reply5Async(proxy, Request5(3, null, 80)));
        Assert.Equal(7, await Reply5Async(proxy, Request5(2, null, 80)));
        Assert.Equal(["only.known.there:80", "127.0.0.1:80"], asked.Select(a => a.To.ToString()));
        Assert.All(asked, a => Assert.Equal(IPAddress.Loopback, a.From!.Address));
    }

    [Fact]
    public async Task Ipv6_IsServedAndReached()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(at: "::1");
        await using var origin = new RawOrigin(IPAddress.IPv6Loopback);
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync([5, 1, 0, 5, 1, 0, 4, .. IPAddress.IPv6Loopback.GetAddressBytes(), (byte)(origin.Port >> 8), (byte)origin.Port]);
        await client.ReadAsync(2);
        byte[] reply = await client.ReadAsync(22);
        Assert.Equal((0, 4), (reply[1], reply[3]));
        await using RawConnection server = await origin.NextAsync();
        await client.SendAsync("six");
        Assert.Equal("six", await server.ReadTextAsync(3));
    }

    [Fact]
    public async Task ThousandConnections_AtOnce()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync();
        await using var origin = new RawOrigin();
        Task echoing = Task.Run(async () =>
        {
            for (int i = 0; i < 1000; i++)
            {
                RawConnection server = await origin.NextAsync();
                _ = Task.Run(async () =>
                {
                    await server.SendAsync(await server.ReadAsync(4));
                    await server.ReadToEndAsync();
                    await server.DisposeAsync();
                });
            }
        });
        var clients = new List<RawConnection>();
        for (int i = 0; i < 1000; i++)
        {
            RawConnection client = await proxy.ConnectAsync();
            await client.SendAsync([5, 1, 0, .. Request5(1, null, origin.Port), .. BitConverter.GetBytes(i)]);
            clients.Add(client);
        }

        for (int i = 0; i < 1000; i++)
        {
            await clients[i].ReadAsync(12);
            Assert.Equal(i, BitConverter.ToInt32(await clients[i].ReadAsync(4)));
        }

        await ProxyHost.UntilAsync(() => proxy.Service.ConnectionCount == 1000, "1000 connections");
        foreach (RawConnection client in clients) await client.DisposeAsync();
        await ProxyHost.UntilAsync(() => proxy.Service.ConnectionCount == 0, "the end of all");
        await echoing;
    }

    internal static byte[] Request5(byte command, string? host, int port) =>
        host is null
            ? [5, command, 0, 1, 127, 0, 0, 1, (byte)(port >> 8), (byte)port]
            : [5, command, 0, 3, (byte)host.Length, .. Encoding.ASCII.GetBytes(host), (byte)(port >> 8), (byte)port];

    private static byte[] Request4(int port, string? host) =>
        host is null
            ? [4, 1, (byte)(port >> 8), (byte)port, 127, 0, 0, 1, .. "me\0"u8]
            : [4, 1, (byte)(port >> 8), (byte)port, 0, 0, 0, 1, .. "me\0"u8, .. Encoding.ASCII.GetBytes(host), 0];

    private static async Task<byte> Reply5Async(ProxyHost proxy, byte[] request)
    {
        await using RawConnection client = await proxy.ConnectAsync();
        await client.SendAsync([5, 1, 0, .. request]);
        await client.ReadAsync(2);
        byte reply = (await client.ReadAsync(10))[1];
        client.EndSending();
        Assert.Equal("", await client.ReadToEndAsync());
        return reply;
    }

    private sealed class Dialer(Func<DialRequest, DuplexStream> dial) : IStreamDialer
    {
        public ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default) => new(dial(request));
    }
}
