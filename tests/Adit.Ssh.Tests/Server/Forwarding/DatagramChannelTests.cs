using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Ssh.Channels;
using Adit.Ssh.Forwarding;
using Adit.Ssh.Server.Forwarding;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Server.Forwarding;

public sealed class DatagramChannelTests
{
    private const int Patience = 30_000;

    private static readonly ForwardingOptions Carrying = new() { Datagrams = true };

    [Fact(Timeout = Patience)]
    public async Task Datagrams_GoAndComeThroughTheServer()
    {
        using Socket target = Bind();
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy(), Carrying);
        IDatagramFlow flow = await pair.Client.DialDatagramsAsync(To(target));
        byte[] buffer = new byte[DatagramLimits.MaximumLength];
        foreach (int length in (int[])[0, 1, 1472, 60_000])
        {
            byte[] sent = new byte[length];
            new Random(length).NextBytes(sent);
            Assert.True(flow.TrySend(sent));
            SocketReceiveFromResult got = await target.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Loopback, 0));
            Assert.Equal(sent, buffer[..got.ReceivedBytes]);
            await target.SendToAsync(sent, got.RemoteEndPoint);
            Assert.Equal(length, await flow.ReceiveAsync(buffer));
            Assert.Equal(sent, buffer[..length]);
        }

        await flow.DisposeAsync();
        while (pair.Server.Connection.ChannelCount > 0) await Task.Yield();
        Assert.Equal(1, pair.Service.Statistics.Opened);
    }

    [Fact(Timeout = Patience)]
    public async Task NameAndAddress_AreJudgedAsForTcp()
    {
        using Socket target = Bind();
        var policy = new FakePolicy { Address = address => !IPAddress.IsLoopback(address) };
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(policy, Carrying);
        var to = new UdpDestination("localhost", ((IPEndPoint)target.LocalEndPoint!).Port);
        TunnelException byAddress = await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.DialDatagramsAsync(new DialRequest(to)));
        Assert.Equal(TunnelError.PermissionDenied, byAddress.Error);
        Assert.Contains("rule of ", byAddress.Message, StringComparison.Ordinal);
        policy.Open = asked => asked is not TcpDestination;
        TunnelException byName = await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.DialDatagramsAsync(new DialRequest(to)));
        Assert.Contains("rule of opening", byName.Message, StringComparison.Ordinal);
        Assert.Equal(2, pair.Service.Statistics.Refused);
    }

    [Fact(Timeout = Patience)]
    public async Task SilentFlow_IsEndedByTheServer()
    {
        using Socket target = Bind();
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy(), Carrying with { DatagramIdle = TimeSpan.FromMilliseconds(50) });
        IDatagramFlow flow = await pair.Client.DialDatagramsAsync(To(target));
        Assert.Equal(-1, await flow.ReceiveAsync(new byte[10]));
    }

    [Fact(Timeout = Patience)]
    public async Task ServerThatCarriesNone_SaysSo()
    {
        using Socket target = Bind();
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy());
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.DialDatagramsAsync(To(target)));
        Assert.Equal(TunnelError.NotSupported, e.Error);
        Assert.Contains("carries no UDP", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task ImpossibleOpenings_AreRefused_AndLyingLengthsEndTheChannel()
    {
        using Socket target = Bind();
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy(), Carrying);
        foreach (TcpipOpenFields fields in (TcpipOpenFields[])[new("127.0.0.1", 0, "", 0), new("127.0.0.1", 65536, "", 0), new("", 53, "", 0), new(new string('a', 300), 53, "", 0)])
        {
            await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.Connection.OpenChannelAsync(DatagramChannel.Type, SshChannel.Encode(fields), null));
        }

        await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.Connection.OpenChannelAsync(DatagramChannel.Type, new byte[] { 0, 0, 0, 9, 1 }, null));
        int port = ((IPEndPoint)target.LocalEndPoint!).Port;
        await using SshChannel channel = await pair.Client.Connection.OpenChannelAsync(DatagramChannel.Type, SshChannel.Encode(new TcpipOpenFields("127.0.0.1", (uint)port, "127.0.0.1", 1)), null);
        await channel.WriteAsync(new byte[] { 0xff, 0xff, 1, 2 });
        byte[] rest = new byte[10];
        try
        {
            Assert.Equal(0, await channel.ReadAsync(rest));
        }
        catch (TunnelException)
        {
            // Closed without an end first.
        }
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static DialRequest To(Socket target) => new(new UdpDestination("127.0.0.1", ((IPEndPoint)target.LocalEndPoint!).Port));
}
