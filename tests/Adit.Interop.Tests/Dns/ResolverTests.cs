using System.Net;
using Adit.Carriers.Dns;
using Adit.Core.Lifeline;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Dns;

/// <summary>A lifeline through real resolvers on loopback, byte-exact.</summary>
public sealed class ResolverTests
{
    [Fact]
    public async Task Straight_EchoesExactly()
    {
        await using DnsServer server = await DnsServer.StartAsync();
        await EchoAsync(server, server.EndPoint, 1 << 20);
    }

    [Fact]
    public async Task ThroughUnbound_EchoesExactly()
    {
        PeerRequired.Installed("unbound");
        await using DnsServer server = await DnsServer.StartAsync();
        await using Unbound unbound = await Unbound.StartAsync("t.example", $"127.0.0.1@{server.EndPoint.Port}");
        await EchoAsync(server, unbound.EndPoint, 1 << 20);
    }

    [Fact]
    public async Task ThroughBind_EchoesExactly()
    {
        PeerRequired.Installed("named");
        await using DnsServer server = await DnsServer.StartAsync();
        await using Bind bind = await Bind.StartAsync("t.example", "127.0.0.1", server.EndPoint.Port);
        await EchoAsync(server, bind.EndPoint, 1 << 20);
    }

    private static async Task EchoAsync(DnsServer server, IPEndPoint resolver, int octets)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
        DnsMailboxDialer dialer = new(new DnsDialerOptions { Domains = [DnsServer.Domain], Resolvers = [resolver] });
        await using LifelineClient client = await LifelineClient.ConnectAsync(await dialer.OpenAsync(deadline.Token), server.Key, cancellationToken: deadline.Token);
        byte[] sent = new byte[octets], got = new byte[octets + 1];
        new SeededOctets(5).Fill(sent);
        Task writing = Task.Run(async () =>
        {
            await client.Stream.WriteAsync(sent, deadline.Token);
            await client.Stream.CompleteWritesAsync(deadline.Token);
        });
        int at = 0, count;
        while ((count = await client.Stream.ReadAsync(got.AsMemory(at), deadline.Token)) > 0) at += count;
        await writing;
        Assert.Equal(octets, at);
        Assert.True(got.AsSpan(0, at).SequenceEqual(sent));
    }
}
