using System.Net;
using System.Net.Sockets;
using System.Text;
using Adit.Proxies.Tests.Serving;

namespace Adit.Proxies.Tests.Socks;

/// <summary>UDP ASSOCIATE: datagrams there and back, what is dropped, and how it ends.</summary>
public sealed class UdpAssociationTests
{
    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task Datagrams_PassBothWays_ToAddressesAndNames(string at)
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(at: at);
        using UdpClient echo = Echo(at, out int port);
        (RawConnection control, UdpClient udp) = await AssociateAsync(proxy);
        byte[] address = IPAddress.Parse(at).GetAddressBytes();
        byte[] from = [0, 0, 0, (byte)(address.Length == 4 ? 1 : 4), .. address, (byte)(port >> 8), (byte)port];
        for (int i = 0; i < 20; i++)
        {
            byte[] data = Encoding.ASCII.GetBytes(new string('x', i * 700));
            await udp.SendAsync((byte[])[.. from, .. data]);
            await AssertReceivedAsync(udp, [.. from, .. data]);
        }

        byte[] name = [0, 0, 0, 3, (byte)at.Length, .. Encoding.ASCII.GetBytes(at), (byte)(port >> 8), (byte)port];
        await udp.SendAsync((byte[])[.. name, .. "by name"u8]);
        await AssertReceivedAsync(udp, [.. from, .. "by name"u8]);
        await control.DisposeAsync();
        udp.Dispose();
        Assert.True((await proxy.AccessAsync()).Up > 100_000);
    }

    [Fact]
    public async Task Hops_CarryDatagrams_AFlowForEachDestination()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Via = new Core.Streams.SocketDialer(), ViaDatagrams = new Core.Datagrams.UdpDialer(), Limits = new ProxyLimits { UdpFlows = 2 }, Rules = [ProxyHost.Rule("deny 127.0.0.1:9")] });
        (RawConnection control, UdpClient udp) = await AssociateAsync(proxy);
        List<UdpClient> echoes = [];
        await udp.SendAsync((byte[])[0, 0, 0, 1, 127, 0, 0, 1, 0, 9, 1]);
        for (int i = 0; i < 6; i++)
        {
            echoes.Add(Echo("127.0.0.1", out int port));
            // An answer bears the name that was asked for: what it resolved to is known at the far end only.
            byte[] from = i % 2 == 0 ? [0, 0, 0, 1, 127, 0, 0, 1, (byte)(port >> 8), (byte)port] : [0, 0, 0, 3, 9, .. "localhost"u8, (byte)(port >> 8), (byte)port];
            for (int j = 0; j < 3; j++)
            {
                await udp.SendAsync((byte[])[.. from, (byte)i, (byte)j]);
                await AssertReceivedAsync(udp, [.. from, (byte)i, (byte)j]);
            }
        }

        Assert.Single(proxy.Lines, l => l.Contains("UDP 127.0.0.1:9: refused: deny 127.0.0.1:9", StringComparison.Ordinal));
        foreach (UdpClient each in echoes) each.Dispose();
        await control.DisposeAsync();
        udp.Dispose();
        await ProxyHost.UntilAsync(() => proxy.Service.ConnectionCount == 0, "the end of the association");
    }

    [Fact]
    public async Task FragmentsGarbageAndStrangers_AreDropped()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(ProxyHost.WithRules("deny 127.0.0.1:9"));
        using UdpClient echo = Echo("127.0.0.1", out int port);
        (RawConnection control, UdpClient udp) = await AssociateAsync(proxy);
        byte[] from = [0, 0, 0, 1, 127, 0, 0, 1, (byte)(port >> 8), (byte)port];
        await udp.SendAsync((byte[])[0, 0, 1, .. from[3..], .. "a fragment"u8]);
        await udp.SendAsync((byte[])[1, 0, 0, .. from[3..], .. "reserved"u8]);
        await udp.SendAsync((byte[])[0, 0, 0, 7, 1, 2, 3]);
        await udp.SendAsync((byte[])[0, 0]);
        await udp.SendAsync(Array.Empty<byte>());
        await udp.SendAsync((byte[])[0, 0, 0, 3, 200, 1, 2]);
        for (int i = 0; i < 5; i++) await udp.SendAsync((byte[])[0, 0, 0, 1, 127, 0, 0, 1, 0, 9, .. "denied"u8]);
        await udp.SendAsync((byte[])[.. from, .. "good"u8]);
        await AssertReceivedAsync(udp, [.. from, .. "good"u8]);

        // The first datagram has fixed the client's port.
        using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        stranger.Connect((IPEndPoint)udp.Client.RemoteEndPoint!);
        await stranger.SendAsync((byte[])[.. from, .. "stranger"u8]);
        // One that was not written to may not write.
        await udp.SendAsync((byte[])[.. from, .. "again"u8]);
        await AssertReceivedAsync(udp, [.. from, .. "again"u8]);
        Assert.Equal(0, stranger.Available);
        Assert.Single(proxy.Lines, l => l.Contains("UDP 127.0.0.1:9: refused: deny 127.0.0.1:9", StringComparison.Ordinal));

        int place = ((IPEndPoint)udp.Client.RemoteEndPoint!).Port;
        await control.DisposeAsync();
        await ProxyHost.UntilAsync(() => proxy.Service.ConnectionCount == 0, "the end of the association");
        using var again = new UdpClient(new IPEndPoint(IPAddress.Loopback, place)); // the port is free
        udp.Dispose();
    }

    [Fact]
    public async Task Flows_AreBounded()
    {
        await using ProxyHost proxy = await ProxyHost.StartAsync(new ProxyOptions { Limits = new ProxyLimits { UdpFlows = 4 } });
        (RawConnection control, UdpClient udp) = await AssociateAsync(proxy);
        List<UdpClient> echoes = [];
        for (int i = 0; i < 12; i++)
        {
            echoes.Add(Echo("127.0.0.1", out int port));
            byte[] from = [0, 0, 0, 1, 127, 0, 0, 1, (byte)(port >> 8), (byte)port];
            await udp.SendAsync((byte[])[.. from, (byte)i]);
            await AssertReceivedAsync(udp, [.. from, (byte)i]);
        }

        foreach (UdpClient each in echoes) each.Dispose();
        await control.DisposeAsync();
        udp.Dispose();
    }

    private static async Task<(RawConnection Control, UdpClient Udp)> AssociateAsync(ProxyHost proxy)
    {
        RawConnection control = await proxy.ConnectAsync();
        await control.SendAsync([5, 1, 0, 5, 3, 0, 1, 0, 0, 0, 0, 0, 0]);
        await control.ReadAsync(2);
        byte[] head = await control.ReadAsync(4);
        Assert.Equal((5, 0), (head[0], head[1]));
        byte[] rest = await control.ReadAsync(head[3] == 1 ? 6 : 18);
        var udp = new UdpClient(new IPEndPoint(proxy.EndPoint.Address, 0));
        udp.Connect(new IPEndPoint(new IPAddress(rest[..^2]), (rest[^2] << 8) | rest[^1]));
        return (control, udp);
    }

    private static async Task AssertReceivedAsync(UdpClient udp, byte[] expected) => Assert.Equal(expected, (await udp.ReceiveAsync().WaitAsync(TimeSpan.FromSeconds(20))).Buffer);

    private static UdpClient Echo(string at, out int port)
    {
        var echo = new UdpClient(new IPEndPoint(IPAddress.Parse(at), 0));
        port = ((IPEndPoint)echo.Client.LocalEndPoint!).Port;
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    UdpReceiveResult got = await echo.ReceiveAsync();
                    await echo.SendAsync(got.Buffer, got.RemoteEndPoint);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test is over.
            }
        });
        return echo;
    }
}
