using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.Hops;

namespace Adit.Gateway.Tests.Hops;

public sealed class UpstreamProxyTests
{
    [Theory]
    [InlineData(false, "http_proxy=http://squid:3128", "connect://squid")]
    [InlineData(false, "http_proxy=squid:3128", "connect://squid")]
    [InlineData(false, "http_proxy=http://squid/", "connect://squid:1080")]
    [InlineData(false, "HTTP_PROXY=http://squid:3128", null)] // a header of a web server's client
    [InlineData(true, "HTTPS_PROXY=http://squid:3128", "connect://squid")]
    [InlineData(true, "http_proxy=http://squid:3128", null)]
    [InlineData(true, "all_proxy=socks5h://u:p@s:9", "socks5h://u:***@s:9")]
    [InlineData(false, "all_proxy=https://s:9", "connect+tls://s:9")]
    [InlineData(false, "http_proxy=http://a:1 all_proxy=http://b:1", "connect://a:1")]
    public void Environment_NamesIt(bool isSecure, string environment, string? expected) =>
        Assert.Equal(expected, Find(isSecure, "gw.example", 80, environment)?.ToString());

    [Theory]
    [InlineData("*", true)]
    [InlineData("example", true)]
    [InlineData(".example", true)]
    [InlineData("gw.example", true)]
    [InlineData("w.example", false)]
    [InlineData("other, gw.example:80", true)]
    [InlineData("gw.example:81", false)]
    [InlineData("", false)]
    public void NoProxy_ExceptsNames(string list, bool isExcepted) => Assert.Equal(isExcepted, Find(false, "gw.example", 80, $"http_proxy=http://s:1 no_proxy={list}") is null);

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.0/24", true)]
    [InlineData("192.0.2.1", "192.0.2.1", true)]
    [InlineData("192.0.2.1", "192.0.3.0/24", false)]
    [InlineData("2001:db8::1", "[2001:db8::1]", true)]
    [InlineData("2001:db8::1", "2001:db8::/32", true)]
    public void NoProxy_ExceptsAddresses(string host, string list, bool isExcepted) => Assert.Equal(isExcepted, Find(false, host, 80, $"http_proxy=http://s:1 no_proxy={list}") is null);

    [Fact]
    public void Nonsense_IsRefusedByItsName()
    {
        TunnelException e = Assert.Throws<TunnelException>(() => Find(false, "h", 80, "http_proxy=gopher://s:1"));
        Assert.StartsWith("http_proxy: expected one of http://", e.Message, StringComparison.Ordinal);
    }

    private static HopUri? Find(bool isSecure, string host, int port, string environment)
    {
        var all = new Dictionary<string, string>();
        foreach (string word in environment.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (word.Contains('=', StringComparison.Ordinal)) all[word[..word.IndexOf('=', StringComparison.Ordinal)]] = word[(word.IndexOf('=', StringComparison.Ordinal) + 1)..];
            else all[all.Keys.Last()] += " " + word;
        }

        return UpstreamProxy.Find(isSecure, host, port, all.GetValueOrDefault);
    }
}
