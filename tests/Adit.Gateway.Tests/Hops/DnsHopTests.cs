using Adit.Carriers.Dns;
using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.Hops;

namespace Adit.Gateway.Tests.Hops;

/// <summary>What a dns hop says.</summary>
public sealed class DnsHopTests
{
    [Fact]
    public void Query_IsRead()
    {
        DnsDialerOptions options = DnsHop.OptionsOf(HopUri.Parse("dns://t.example?resolver=192.0.2.1,[2001:db8::1]:5353&domain=u.example&rate=200&jumbo=no&key=/k", "test"), "/cache");
        Assert.Equal(["t.example.", "u.example."], options.Domains.Select(d => d.ToString()));
        Assert.Equal(["192.0.2.1:53", "[2001:db8::1]:5353"], options.Resolvers.Select(r => r.ToString()));
        Assert.Equal((200, false, "/cache"), (options.MaximumRate, options.UsesJumbo, options.CacheFolder));
    }

    [Fact]
    public void Resolvers_AreTheSystems_ThreeAtMost()
    {
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "# made by hand\nsearch example\nnameserver 192.0.2.1\nnameserver\t2001:db8::1\nnameserver nonsense\noptions edns0\nnameserver 192.0.2.2\nnameserver 192.0.2.3\n");
            DnsDialerOptions options = DnsHop.OptionsOf(HopUri.Parse("dns://t.example", "test"), null, file);
            Assert.Equal(["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.2:53"], options.Resolvers.Select(r => r.ToString()));
            Assert.Equal(DnsDialerOptions.DefaultRate, options.MaximumRate);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("dns://t.example?resolver=name.example", "resolver: expected ADDRESS")]
    [InlineData("dns://t.example?resolver=192.0.2.1&rate=fast", "rate: expected 0 to 100000")]
    [InlineData("dns://t.example?resolver=192.0.2.1&jumbo=perhaps", "jumbo: expected yes or no")]
    [InlineData("dns://t.example?resolver=192.0.2.1&domain=", "domain: expected a domain")]
    public void WrongWords_AreNamed(string hop, string message)
    {
        TunnelException e = Assert.Throws<TunnelException>(() => DnsHop.OptionsOf(HopUri.Parse(hop, "test"), null));
        Assert.Equal(TunnelError.BadConfiguration, e.Error);
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }
}
