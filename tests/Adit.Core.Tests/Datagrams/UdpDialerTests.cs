using System.Net;
using System.Net.Sockets;
using Adit.Core.Datagrams;

namespace Adit.Core.Tests.Datagrams;

public sealed class UdpDialerTests
{
    private const int Patience = 30_000;

    private static CancellationToken Over => TestContext.Current.CancellationToken;

    [Theory(Timeout = Patience)]
    [InlineData("127.0.0.1", 0)]
    [InlineData("127.0.0.1", 1)]
    [InlineData("127.0.0.1", 65507)]
    [InlineData("::1", 1472)]
    public async Task Datagrams_GoAndComeWhole(string address, int length)
    {
        using Socket server = Bind(address);
        await using IDatagramFlow flow = await DialAsync(server);
        byte[] sent = new byte[length];
        new Random(length).NextBytes(sent);
        byte[] buffer = new byte[DatagramLimits.MaximumLength];
        for (int i = 0; i < 3; i++)
        {
            Assert.True(flow.TrySend(sent));
            SocketReceiveFromResult got = await server.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Parse(address), 0), Over);
            Assert.Equal(sent, buffer[..got.ReceivedBytes]);
            ValueTask<int> receiving = flow.ReceiveAsync(buffer, Over);
            await server.SendToAsync(sent, got.RemoteEndPoint, Over);
            Assert.Equal(length, await receiving);
            Assert.Equal(sent, buffer[..length]);
        }
    }

    [Fact(Timeout = Patience)]
    public async Task NobodyThere_EndsNoFlow()
    {
        Socket server = Bind("127.0.0.1");
        var at = (IPEndPoint)server.LocalEndPoint!;
        await using IDatagramFlow flow = await DialAsync(server);
        server.Dispose();
        for (int i = 0; i < 5; i++) Assert.True(flow.TrySend("lost"u8));
        byte[] buffer = new byte[DatagramLimits.MaximumLength];
        ValueTask<int> receiving = flow.ReceiveAsync(buffer, Over);
        using var again = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        again.Bind(at);
        Assert.True(flow.TrySend("heard"u8));
        SocketReceiveFromResult got = await again.ReceiveFromAsync(buffer, at, Over);
        await again.SendToAsync("answer"u8.ToArray(), got.RemoteEndPoint, Over);
        Assert.Equal(6, await receiving);
    }

    [Fact(Timeout = Patience)]
    public async Task Disposing_EndsWhoWaits()
    {
        using Socket server = Bind("127.0.0.1");
        IDatagramFlow flow = await DialAsync(server);
        Task<int> receiving = flow.ReceiveAsync(new byte[DatagramLimits.MaximumLength], Over).AsTask();
        await flow.DisposeAsync();
        Assert.Equal(-1, await receiving);
        Assert.False(flow.TrySend("late"u8));
    }

    [Fact(Timeout = Patience)]
    public async Task Waiting_WithDatagramsLeft_EndsAtOnce()
    {
        using Socket server = Bind("127.0.0.1");
        await using IDatagramFlow flow = await DialAsync(server);
        flow.TrySend("x"u8);
        byte[] buffer = new byte[DatagramLimits.MaximumLength];
        SocketReceiveFromResult got = await server.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Loopback, 0), Over);
        for (int i = 0; i < 3; i++) await server.SendToAsync("y"u8.ToArray(), got.RemoteEndPoint, Over);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(await flow.WaitReceivableAsync(Over));
            Assert.True(await flow.WaitReceivableAsync(Over));
            Assert.True(flow.TryReceive(buffer, out int length));
            Assert.Equal(1, length);
        }

        Assert.False(flow.TryReceive(buffer, out _));
    }

    [Fact(Timeout = Patience)]
    public async Task ForbiddenAddress_IsNotDialled()
    {
        var dialer = new UdpDialer(judge: address => IPAddress.IsLoopback(address) ? "loopback is denied" : null);
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await dialer.DialAsync(new DialRequest(new UdpDestination("127.0.0.1", 53)), Over));
        Assert.Equal(TunnelError.PermissionDenied, e.Error);
        Assert.Contains("loopback is denied", e.Message, StringComparison.Ordinal);
    }

    private static Socket Bind(string address)
    {
        var at = new IPEndPoint(IPAddress.Parse(address), 0);
        var socket = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(at);
        return socket;
    }

    private static ValueTask<IDatagramFlow> DialAsync(Socket server)
    {
        var at = (IPEndPoint)server.LocalEndPoint!;
        return new UdpDialer().DialAsync(new DialRequest(new UdpDestination(at.Address.ToString(), at.Port)), Over);
    }
}
