using System.Net;
using Adit.Carriers.Dns;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.TestKit.Peers;
using Adit.Wire.Dns;

namespace Adit.Interop.Tests.Dns;

/// <summary>A lifeline through real resolvers on loopback, byte-exact, each with a setting that stands for what resolvers do elsewhere.</summary>
public sealed class ResolverTests
{
    private const int Octets = 1 << 20;

    /// <summary>Lines for unbound's server clause, and what a probe must find.</summary>
    public static TheoryData<string, string> UnboundSettings => new()
    {
        { "", "base229 255 16 edns 60000" },
        { "qname-minimisation: no", "base229 255 16 edns 60000" },
        { "qname-minimisation-strict: yes", "base229 255 16 edns 60000" },
        { "use-caps-for-id: yes", "base229 255 16 edns 60000" },
        { "harden-below-nxdomain: yes", "base229 255 16 edns 60000" },
        { "max-udp-size: 512", "base229 255 16 plain 60000" },
        { "edns-buffer-size: 512", "base229 255 16 plain 60000" },
        { "outgoing-num-tcp: 0", "base229 255 16 edns 0" },
    };

    public static TheoryData<string, string> BindOptions => new()
    {
        { "", "base229 255 16 edns 60000" },
        { "qname-minimization strict;", "base229 255 16 edns 60000" },
        { "qname-minimization off;", "base229 255 16 edns 60000" },
        { "max-udp-size 512;", "base229 255 16 plain 60000" },
    };

    [Fact]
    public async Task Straight_EchoesExactly()
    {
        await using DnsServer server = await DnsServer.StartAsync();
        await EchoAsync(server, [server.EndPoint]);
    }

    [Theory]
    [MemberData(nameof(UnboundSettings))]
    public async Task ThroughUnbound_EchoesExactly(string setting, string shape)
    {
        PeerRequired.Installed("unbound");
        await using DnsServer server = await DnsServer.StartAsync();
        await using Unbound unbound = await Unbound.StartAsync("t.example", $"127.0.0.1@{server.EndPoint.Port}", settings: [setting]);
        bool isStrict = setting.Contains("strict", StringComparison.Ordinal);
        if (isStrict) Assert.Equal("nothing", await ShapeAsync(unbound.EndPoint, DnsServer.Domain));
        Assert.Equal(shape, await ShapeAsync(unbound.EndPoint, isStrict ? DnsZone.NoDataNameOf(DnsServer.Domain) : DnsServer.Domain));
        await EchoAsync(server, [unbound.EndPoint]);
    }

    [Theory]
    [MemberData(nameof(BindOptions))]
    public async Task ThroughBind_EchoesExactly(string option, string shape)
    {
        PeerRequired.Installed("named");
        await using DnsServer server = await DnsServer.StartAsync();
        await using Bind bind = await Bind.StartAsync("t.example", "127.0.0.1", server.EndPoint.Port, options: [option]);
        Assert.Equal(shape, await ShapeAsync(bind.EndPoint, DnsServer.Domain));
        await EchoAsync(server, [bind.EndPoint]);
    }

    [Fact]
    public async Task ThroughDnsmasqAndUnbound_EchoesExactly()
    {
        PeerRequired.Installed("unbound", "dnsmasq");
        await using DnsServer server = await DnsServer.StartAsync();
        await using Unbound unbound = await Unbound.StartAsync("t.example", $"127.0.0.1@{server.EndPoint.Port}");
        await using Dnsmasq dnsmasq = await Dnsmasq.StartForwardingAsync(unbound.EndPoint);
        await EchoAsync(server, [dnsmasq.EndPoint]);
    }

    [Fact]
    public async Task OneResolverOfTwoDies_AndTheOtherCarriesOn()
    {
        PeerRequired.Installed("unbound");
        await using DnsServer server = await DnsServer.StartAsync();
        await using Unbound first = await Unbound.StartAsync("t.example", $"127.0.0.1@{server.EndPoint.Port}");
        await using Unbound second = await Unbound.StartAsync("t.example", $"127.0.0.1@{server.EndPoint.Port}");
        await EchoAsync(server, [first.EndPoint, second.EndPoint], usesJumbo: false, midway: () =>
        {
            first.Process.Kill();
            return Task.CompletedTask;
        });
    }

    /// <summary>Settings with which a resolver is started anew while a session goes through it, and what the session's names look like then.</summary>
    public static TheoryData<string, string> Restarts => new()
    {
        { "max-udp-size: 512", "base229 255 16 plain 0" },
        { "qname-minimisation-strict: yes", "base229 255 16 edns 0" },
    };

    [Theory]
    [MemberData(nameof(Restarts))]
    public async Task RestartedWithSettingsThatPassLess_TheSessionIsCarriedOn(string setting, string shape)
    {
        PeerRequired.Installed("unbound");
        await using DnsServer server = await DnsServer.StartAsync();
        await using Unbound first = await Unbound.StartAsync("t.example", $"127.0.0.1@{server.EndPoint.Port}");
        Unbound? second = null;
        IMailbox mailbox = null!;
        await EchoAsync(
            server,
            [first.EndPoint],
            usesJumbo: false,
            midway: async () =>
            {
                first.Process.Kill();
                await first.Process.WaitForExitAsync();
                second = await Unbound.StartAsync("t.example", $"127.0.0.1@{server.EndPoint.Port}", port: first.Port, settings: [setting]);
            },
            opened: m => mailbox = m);
        Assert.Contains($"changed 1; {first.EndPoint} {shape}", mailbox.ToString(), StringComparison.Ordinal);
        await second!.DisposeAsync();
    }

    [Fact]
    public async Task WrongKey_IsAnsweredAsAnOrdinaryZoneWould_AndMakesNothing()
    {
        await using DnsServer server = await DnsServer.StartAsync();
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(5));
        DnsMailboxDialer dialer = new(new DnsDialerOptions { Domains = [DnsServer.Domain], Resolvers = [server.EndPoint] });
        await Assert.ThrowsAnyAsync<Exception>(async () => await LifelineClient.ConnectAsync(await dialer.OpenAsync(deadline.Token), CarrierKey.Generate(), cancellationToken: deadline.Token));
        Assert.Equal(0, server.SessionCount);
    }

    private static async Task<string> ShapeAsync(IPEndPoint resolver, DnsDomainName domain)
    {
        await using DnsProber prober = new(resolver, domain);
        return (await prober.FindAsync(TimeSpan.FromSeconds(4)))?.ToString() ?? "nothing";
    }

    private static async Task EchoAsync(DnsServer server, IReadOnlyList<IPEndPoint> resolvers, bool usesJumbo = true, Func<Task>? midway = null, Action<IMailbox>? opened = null)
    {
        using CancellationTokenSource deadline = new(TimeSpan.FromSeconds(60));
        DnsMailboxDialer dialer = new(new DnsDialerOptions { Domains = [DnsServer.Domain], Resolvers = [.. resolvers], UsesJumbo = usesJumbo });
        IMailbox mailbox = await dialer.OpenAsync(deadline.Token);
        opened?.Invoke(mailbox);
        await using LifelineClient client = await LifelineClient.ConnectAsync(mailbox, server.Key, cancellationToken: deadline.Token);
        Exception? lost = null;
        client.Stream.PathEnded += (_, reason) =>
        {
            lost = reason ?? new InvalidOperationException("the path ended");
            deadline.Cancel();
        };
        byte[] sent = new byte[Octets], got = new byte[Octets + 1];
        new SeededOctets(5).Fill(sent);
        Task writing = Task.Run(async () =>
        {
            await client.Stream.WriteAsync(sent, deadline.Token);
            await client.Stream.CompleteWritesAsync(deadline.Token);
        });
        int at = 0, count;
        try
        {
            while ((count = await client.Stream.ReadAsync(got.AsMemory(at), deadline.Token)) > 0)
            {
                at += count;
                if (at < Octets / 3 || midway is null) continue;
                await midway();
                midway = null;
            }

            await writing;
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"{at} octets came; {lost?.Message ?? "it took too long"}; {mailbox}; server: {server.SessionCount} sessions, {server.Failure?.Message}");
        }

        Assert.Equal(Octets, at);
        Assert.True(got.AsSpan(0, at).SequenceEqual(sent));
    }
}
