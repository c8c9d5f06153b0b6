using System.Net.Sockets;
using Adit.Ssh.Multiplexing;
using Adit.TestKit.Codecs;

namespace Adit.Ssh.Tests.Multiplexing;

/// <summary>Clients that break the protocol: the master cuts them off, holds nothing of theirs, and serves the next.</summary>
public sealed class HostileControlClientTests
{
    private const int Patience = 30_000;
    private const string Hello = "u32:8 00000001 u32:4 ";

    public static TheoryData<string, string> Nonsense => new()
    {
        { "another version", "u32:8 00000001 u32:3" },
        { "no hello", "u32:8 10000004 u32:1" },
        { "hello twice", Hello + "u32:8 00000001 u32:4" },
        { "no type", Hello + "u32:3 000000" },
        { "nothing", Hello + "u32:0" },
        { "longer than any message", Hello + "u32:262145" },
        { "four gigabytes", Hello + "ffffffff" },
        { "truncated request", Hello + "u32:8 10000002 u32:1" },
        { "unknown request without a number", Hello + "u32:4 1000ffff" },
        { "session without descriptors", Hello + "u32:40 10000002 u32:1 s'' u32:0 u32:0 u32:0 u32:0 ffffffff s'' s'' 000000" },
        { "stdio forward to a port that is none", Hello + "u32:21 10000008 u32:1 s'' s'a' u32:70000" },
    };

    [Theory(Timeout = Patience)]
    [MemberData(nameof(Nonsense))]
    public async Task Nonsense_EndsTheClient_AndTheNextIsServed(string name, string notation)
    {
        Assert.NotEmpty(name);
        await using MasterPair pair = await MasterPair.StartAsync();
        using (Socket socket = await ConnectAsync(pair))
        {
            await socket.SendAsync(Octets.Of(notation), TestContext.Current.CancellationToken);
            byte[] buffer = new byte[4096];
            try
            {
                while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) > 0)
                {
                }
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionReset)
            {
                // Cut off with octets of ours unread.
            }
        }

        using ControlClient next = await pair.ConnectAsync();
        Assert.NotNull(await next.CheckAsync(TestContext.Current.CancellationToken));
        await ControlMasterTests.Until(() => pair.Master.ClientCount == 1);
        Assert.Equal(0, pair.Sessions);
    }

    [Fact(Timeout = Patience)]
    public async Task UnknownRequest_IsRefused_AndTheClientStays()
    {
        await using MasterPair pair = await MasterPair.StartAsync();
        using Socket socket = await ConnectAsync(pair);
        await socket.SendAsync(Octets.Of(Hello + "u32:8 1000ffff u32:77 u32:8 10000004 u32:78"), TestContext.Current.CancellationToken);
        byte[] expected = Octets.Of("u32:8 00000001 u32:4 u32:31 80000003 u32:77 s'unsupported request' u32:12 80000005 u32:78");
        byte[] got = new byte[expected.Length + 4];
        for (int read = 0; read < got.Length;) read += await socket.ReceiveAsync(got.AsMemory(read), TestContext.Current.CancellationToken);
        Assert.Equal(expected, got[..expected.Length]);
    }

    [Fact(Timeout = Patience)]
    public async Task SilentClients_AreCutOff_AndTooManyAreTurnedAway()
    {
        await using MasterPair pair = await MasterPair.StartAsync(o => o with { Clients = 4, HelloTimeout = TimeSpan.FromMilliseconds(300) });
        var sockets = new List<Socket>();
        for (int i = 0; i < 20; i++) sockets.Add(await ConnectAsync(pair));
        Assert.InRange(pair.Master.ClientCount, 0, 4);
        foreach (Socket socket in sockets)
        {
            byte[] buffer = new byte[64];
            while (await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken) > 0)
            {
            }

            socket.Dispose();
        }

        await ControlMasterTests.Until(() => pair.Master.ClientCount == 0);
        using ControlClient next = await pair.ConnectAsync();
        Assert.NotNull(await next.CheckAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<Socket> ConnectAsync(MasterPair pair)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(pair.Path), TestContext.Current.CancellationToken);
        return socket;
    }
}
