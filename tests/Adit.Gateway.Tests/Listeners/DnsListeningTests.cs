using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Gateway.Listeners;

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

    private static LifelineAcceptor Acceptor() => new(new LifelineServerOptions { Keys = [CarrierKey.Generate()] }, static (_, _) => { });
}
