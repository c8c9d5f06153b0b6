using System.Net;
using Adit.Carriers.Dns;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Gateway.Listeners;
using Adit.Wire.Dns;

namespace Adit.Gateway.Tests.Listeners;

/// <summary>From the address of a DNS listener to the authority.</summary>
public sealed class DnsListeningTests
{
    [Fact]
    public async Task Wildcard_NeedsTheAddressOfItsNameServer()
    {
        await using LifelineAcceptor acceptor = Acceptor();
        foreach (string host in (string[])["*", "0.0.0.0", "::"])
        {
            TunnelException e = Assert.Throws<TunnelException>(() => DnsListening.Create("dns://w", host, 53, new Dictionary<string, string> { ["domain"] = "t.example" }, acceptor));
            Assert.Equal("dns://w: ns: expected NAME=ADDRESS, since it listens on every address, got none", e.Message);
            DnsListening.Create("dns://w", host, 53, new Dictionary<string, string> { ["domain"] = "t.example", ["ns"] = "ns.t.example=192.0.2.1" }, acceptor);
        }

        DnsListening.Create("dns://w", "192.0.2.1", 53, new Dictionary<string, string> { ["domain"] = "t.example" }, acceptor);
    }

    [Theory]
    [InlineData(124)]
    [InlineData(253)]
    public async Task DomainThatIsTooLong_IsSaid(int length)
    {
        await using LifelineAcceptor acceptor = Acceptor();
        string domain = string.Concat(Enumerable.Repeat("abcdefghi.", length / 10)) + new string('x', Math.Max(4, length % 10));
        TunnelException e = Assert.Throws<TunnelException>(() => DnsListening.Create("dns://w", "192.0.2.1", 53, new Dictionary<string, string> { ["domain"] = domain + ".example" }, acceptor));
        Assert.Contains("domain: expected a domain", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SessionThatIsNotLetIn_LeavesNothingBehind()
    {
        CarrierKey key = CarrierKey.Generate();
        var lifelines = new LifelineGatewayListener(() => [key], TimeProvider.System);
        var listener = new DnsListener(
            new DnsListenerOptions
            {
                Places = [new IPEndPoint(IPAddress.Loopback, 0)],
                Authority = new DnsAuthorityOptions { Zones = [new DnsZone(DnsDomainName.Parse("t.example"), [new DnsNameServer(DnsDomainName.Parse("ns.t.example"), [IPAddress.Loopback])])] },
            },
            lifelines.Acceptor);
        await lifelines.StartAsync(listener, "dns", TestContext.Current.CancellationToken);
        try
        {
            await lifelines.DisposeAsync(); // nobody is let in any more
            var dialer = new DnsMailboxDialer(new DnsDialerOptions { Domains = [DnsDomainName.Parse("t.example")], Resolvers = [listener.EndPoints[0]] });
            await using LifelineClient client = await LifelineClient.ConnectAsync(await dialer.OpenAsync(TestContext.Current.CancellationToken), key, cancellationToken: TestContext.Current.CancellationToken);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            while (lifelines.Acceptor.SessionCount > 0 || lifelines.Acceptor.PathCount > 0) await Task.Delay(20, deadline.Token);
        }
        finally
        {
            await lifelines.ReleaseAsync();
        }
    }

    private static LifelineAcceptor Acceptor() => new(new LifelineServerOptions { Keys = [CarrierKey.Generate()] }, static (_, _) => { });
}
