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

    [Theory]
    [InlineData("tls://192.0.2.1", "tls://192.0.2.1:853", "192.0.2.1")]
    [InlineData("tls://[2001:db8::1]", "tls://[2001:db8::1]:853", "2001:db8::1")]
    [InlineData("tls://[2001:db8::1]:8853", "tls://[2001:db8::1]:8853", "2001:db8::1")]
    [InlineData("tls://dns.example:8853", "tls://dns.example:8853", "dns.example")]
    [InlineData("https://192.0.2.1/dns-query", "https://192.0.2.1:443/dns-query", "192.0.2.1")]
    [InlineData("https://dns.example:8443", "https://dns.example:8443/dns-query", "dns.example")]
    [InlineData("https://dns.example/x?a=b", "https://dns.example:443/x?a=b", "dns.example")]
    [InlineData("https://192.0.2.1/q&sni=dns.example", "https://192.0.2.1:443/q", "dns.example")]
    public void EncryptedResolvers_AreRead(string resolver, string expected, string name)
    {
        DnsDialerOptions options = DnsHop.OptionsOf(HopUri.Parse($"dns://t.example?resolver=192.0.2.9,{resolver}", "test"), null);
        Assert.Equal(["192.0.2.9:53", expected], options.Resolvers.Select(r => r.ToString()));
        Assert.Equal(name, options.Resolvers[1].Tls!.ServerName);
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
    [InlineData("dns://t.example?resolver=name.example", "resolver: expected ADDRESS[:PORT], tls://HOST[:PORT] or https://HOST[:PORT]/PATH")]
    [InlineData("dns://t.example?resolver=tls://", "resolver: expected")]
    [InlineData("dns://t.example?resolver=tls://-x", "resolver: expected")]
    [InlineData("dns://t.example?resolver=tls://x:0", "resolver: expected")]
    [InlineData("dns://t.example?resolver=https://x:99999", "resolver: expected")]
    [InlineData("dns://t.example?resolver=tls://x&pin=1", "pin: expected sha256:")]
    [InlineData("dns://t.example?resolver=192.0.2.1&ca=/ca", "ca: expected a resolver with tls:// or https://")]
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
