using Adit.Core;
using Adit.Core.Hops;
using Adit.Gateway.Configuration;
using Adit.Gateway.Doctor;

namespace Adit.Gateway.Tests.Doctor;

public sealed class KnownWaysTests
{
    [Fact]
    public void Chain_IsOneWayForEachPort() => Assert.Equal(
        ["connect://p → port 22", "connect://p → port 443"],
        KnownWays.Of(Hops("connect://p"), [22, 443], "given").Select(w => w.ToString()));

    [Theory]
    [InlineData("tls://front:443")]
    [InlineData("connect://p wss://gateway/t")]
    [InlineData("tcp://gateway")]
    public void ChainThatLeadsToAPlaceOfItsOwn_IsOneWay(string chain) => Assert.True(Assert.Single(KnownWays.Of(Hops(chain), [22, 443], "given")).IsFixed);

    [Fact]
    public void Login_AtAHop_IsNotRepeatedForEachPort() => Assert.Single(KnownWays.Of(Hops("ssh://bastion"), [22, 443], "given"));

    [Fact]
    public void HopBehindAGateway_IsRefused()
    {
        Assert.Equal(TunnelError.BadConfiguration, Assert.Throws<TunnelException>(() => KnownWays.Of(Hops("ws://g/t socks5://s"), [22], "given")).Error);
        Assert.Single(KnownWays.Of(Hops("ws://g/t ssh://me@g"), [22], "given"));
    }

    [Fact]
    public void Usual_KnowsTheEnvironmentsProxies_AndShowsNoPassword()
    {
        var environment = new Dictionary<string, string> { ["https_proxy"] = "http://ada:secret@squid:3128", ["http_proxy"] = "http://ada:secret@squid:3128" };
        Way[] ways = [.. KnownWays.Usual("host.example", [22], "/t", environment.GetValueOrDefault)];
        Assert.Equal(
            [
                "connect://ada:***@squid", "connect://ada:***@squid tls://host.example:443", "tls://host.example:443",
                "wss://host.example/t", "https://host.example/t", "ws://host.example/t", "http://host.example/t",
            ],
            ways.Select(w => string.Join(' ', w.Texts)));
        Assert.Equal("secret", ways[0].Hops[0].Password);
        Assert.DoesNotContain(KnownWays.Usual("host.example", [22], "/t", n => n == "no_proxy" ? "*" : environment.GetValueOrDefault(n)), w => w.Origin == "environment");
        Assert.Contains(KnownWays.Usual("2001:db8::1", [22], "/t", _ => null), w => w.Texts[0] == "tls://[2001:db8::1]:443");
    }

    [Fact]
    public void Configuration_GivesEachOfItsChainsOnce()
    {
        (AditConfiguration configuration, IReadOnlyList<ConfigurationProblem> problems) = ConfigurationFile.Parse(
            """
            forwards:
              - listen: 8080
                target: db:80
                via: ["connect://proxy:3128?auth=~/.proxy", ssh://me@bastion]
              - listen: 8081
                target: db:81
                via: ["connect://proxy:3128?auth=~/.proxy", ssh://me@bastion]
              - listen: 8082
                target: db:82
            """,
            "adit.yaml");
        Assert.Empty(problems);
        Way way = Assert.Single(KnownWays.OfConfiguration(configuration, [22, 443], "adit.yaml"));
        Assert.Equal(["connect://proxy?auth=~/.proxy", "ssh://me@bastion"], way.Texts);
        Assert.Equal("adit.yaml", way.Origin);
    }

    private static HopUri[] Hops(string chain) => [.. chain.Split(' ').Select(h => HopUri.Parse(h, "test"))];
}
