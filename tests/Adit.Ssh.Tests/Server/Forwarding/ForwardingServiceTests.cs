using System.Net;
using System.Net.Sockets;
using System.Text;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Channels;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Tests.Channels;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Server.Forwarding;

public sealed class ForwardingServiceTests
{
    private const int Patience = 30_000;

    [Fact(Timeout = Patience)]
    public async Task Opening_IsRelayed_AndCounted()
    {
        await using IStreamListener target = await ListenAsync();
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy());
        DuplexStream near = await pair.Client.DialAsync(new DialRequest(target.BoundAt));
        DuplexStream far = (await target.AcceptAsync())!.Stream;
        byte[] sent = StreamChecks.Octets(1, 300_000);
        await near.WriteAsync(sent);
        await near.CompleteWritesAsync();
        Assert.Equal(sent, await StreamChecks.ReadToEndAsync(far));
        await far.WriteAsync("answer"u8.ToArray());
        await far.DisposeAsync();
        Assert.Equal("answer", Encoding.ASCII.GetString(await StreamChecks.ReadToEndAsync(near)));
        await near.DisposeAsync();
        while (pair.Server.Connection.ChannelCount > 0) await Task.Yield();
        Assert.Equal(1, pair.Service.Statistics.Opened);
    }

    [Fact(Timeout = Patience)]
    public async Task Refusal_NamesTheRule_OfNameAndOfEachAddress()
    {
        await using IStreamListener target = await ListenAsync();
        var policy = new FakePolicy { Address = address => !IPAddress.IsLoopback(address) };
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(policy);
        TcpDestination to = (TcpDestination)target.BoundAt with { Host = "localhost" };
        TunnelException byAddress = await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.DialAsync(new DialRequest(to)));
        Assert.Equal(TunnelError.PermissionDenied, byAddress.Error);
        Assert.Contains("rule of ", byAddress.Message, StringComparison.Ordinal);
        policy.Open = _ => false;
        TunnelException byName = await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.DialAsync(new DialRequest(to)));
        Assert.Contains("rule of opening", byName.Message, StringComparison.Ordinal);
        Assert.Equal(2, pair.Service.Statistics.Refused);
    }

    [Theory(Timeout = Patience)]
    [InlineData("127.0.0.1", 65536 + 80)]
    [InlineData("127.0.0.1", 0)]
    [InlineData("", 80)]
    public async Task Opening_OfNoPortOrHost_Fails(string host, uint port)
    {
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy());
        TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () =>
            await pair.Client.Connection.OpenChannelAsync("direct-tcpip", SshChannel.Encode(new TcpipOpenFields(host, port, "127.0.0.1", 1))));
        Assert.Contains("port: expected 1 to 65535", e.Message, StringComparison.Ordinal);
    }

    [Fact(Timeout = Patience)]
    public async Task Malformed_Fields_AreRefused_AndTheConnectionGoesOn()
    {
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy());
        await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.Connection.OpenChannelAsync("direct-tcpip", new byte[] { 0, 0, 0, 9 }));
        Assert.False((await pair.Client.Connection.RequestAsync("tcpip-forward", new byte[] { 1 })).Granted);
        Assert.False((await pair.Client.Connection.RequestAsync("no-such-request@adit.test", default)).Granted);
        Assert.False((await pair.Client.Connection.RequestAsync("tcpip-forward", SshChannel.Encode(new TcpipForwardFields("127.0.0.1", 70_000)))).Granted);
        Assert.Null(pair.Client.Connection.CloseReason);
    }

    [Fact(Timeout = Patience)]
    public async Task Listener_TellsPortAndOriginator_UntilItIsCancelled()
    {
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy());
        IStreamListener listener = await pair.Client.BindAsync(new TcpDestination("127.0.0.1", 0));
        TcpDestination bound = (TcpDestination)listener.BoundAt;
        Assert.InRange(bound.Port, 1, 65535);
        using var outside = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await outside.ConnectAsync(IPAddress.Loopback, bound.Port);
        Incoming incoming = (await listener.AcceptAsync())!;
        Assert.Equal(outside.LocalEndPoint, incoming.Source);
        await outside.SendAsync("hello"u8.ToArray());
        byte[] got = new byte[5];
        await incoming.Stream.ReadExactlyAsync(got);
        Assert.Equal("hello", Encoding.ASCII.GetString(got));

        await listener.DisposeAsync();
        Assert.Empty(pair.Service.Listeners);
        await AssertFreeAsync(bound);
        await incoming.Stream.DisposeAsync();
    }

    [Theory(Timeout = Patience)]
    [InlineData("rule of listening")]
    [InlineData("rule of binding")]
    public async Task Listener_IsJudged_AsAskedAndByAddress(string rule)
    {
        var policy = new FakePolicy { Listen = _ => rule != "rule of listening", Bind = _ => rule != "rule of binding" };
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(policy);
        await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.BindAsync(new TcpDestination("localhost", 0)));
        Assert.Equal(1, pair.Service.Statistics.Refused);
    }

    [Fact(Timeout = Patience)]
    public async Task Listeners_AreBounded_AndReleasedWithTheSession()
    {
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy(), new ForwardingOptions { Listeners = 2 });
        TcpDestination first = (TcpDestination)(await pair.Client.BindAsync(new TcpDestination("127.0.0.1", 0))).BoundAt;
        await pair.Client.BindAsync(new TcpDestination("127.0.0.1", 0));
        await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.BindAsync(new TcpDestination("127.0.0.1", 0)));
        await pair.Client.DisposeAsync();
        await pair.Server.Connection.Closed;
        await pair.Service.DisposeAsync();
        await AssertFreeAsync(first);
    }

    [Fact(Timeout = Patience)]
    public async Task Session_SaysWhyNothingRuns_AndEndsWithOne()
    {
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy(), new ForwardingOptions { NoSessionsText = "forwarding only" });
        var status = new TaskCompletionSource<uint>();
        SshChannel session = await pair.Client.Connection.OpenChannelAsync("session", default, channel =>
        {
            channel.StandardErrorInbox();
            channel.RequestReceived = (type, fields) =>
            {
                if (type == "exit-status" && ExitStatusFields.TryDecode(fields.Span, out ExitStatusFields exit, out _) == Wire.DecodeStatus.Ok) status.SetResult(exit.Status);
                return true;
            };
        });
        Assert.False(await session.RequestAsync("pty-req", default));
        Assert.True(await session.RequestAsync("exec", SshChannel.Encode(new ExecFields("id"))));
        byte[] line = new byte[100];
        int count = await session.ReadStandardErrorAsync(line);
        Assert.Equal("forwarding only\r\n", Encoding.ASCII.GetString(line, 0, count));
        Assert.Equal(0, await session.ReadAsync(line));
        Assert.Equal(1u, await status.Task);
    }

    [Fact(Timeout = Patience)]
    public async Task NoMoreSessions_IsKept()
    {
        await using ForwardingPair pair = await ForwardingPair.ConnectAsync(new FakePolicy());
        pair.Client.Connection.Notify("no-more-sessions@openssh.com", default);
        await pair.Client.Connection.RequestAsync("in-order@adit.test", default);
        await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.Connection.OpenChannelAsync("session", default));
    }

    [Fact(Timeout = Patience)]
    public async Task UnixSocket_IsJudgedByWhatALinkLeadsTo()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("adit-forward-");
        try
        {
            string real = Path.Combine(folder.FullName, "real"), link = Path.Combine(folder.FullName, "link");
            await using IStreamListener target = await new SocketBinder().BindAsync(new UnixDestination(real));
            File.CreateSymbolicLink(link, real);
            var policy = new FakePolicy { Open = to => ((UnixDestination)to).Path != real };
            await using ForwardingPair pair = await ForwardingPair.ConnectAsync(policy);
            TunnelException e = await Assert.ThrowsAsync<TunnelException>(async () => await pair.Client.DialAsync(new DialRequest(new UnixDestination(link))));
            Assert.Equal(TunnelError.PermissionDenied, e.Error);
            policy.Open = _ => true;
            await using DuplexStream stream = await pair.Client.DialAsync(new DialRequest(new UnixDestination(link)));
            Assert.NotNull(await target.AcceptAsync());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static ValueTask<IStreamListener> ListenAsync() => new SocketBinder().BindAsync(new TcpDestination("127.0.0.1", 0));

    private static async Task AssertFreeAsync(TcpDestination place)
    {
        await using IStreamListener again = await new SocketBinder().BindAsync(place);
        Assert.Equal(place, again.BoundAt);
    }
}
