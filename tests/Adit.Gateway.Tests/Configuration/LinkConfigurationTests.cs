using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Links;

namespace Adit.Gateway.Tests.Configuration;

/// <summary>Items of <c>links:</c>: every key in and out, what is wrong, and what the MTU is.</summary>
public sealed class LinkConfigurationTests
{
    internal const string Full = """
        links:
          - type: gre
            local: 192.0.2.1
            remote: 192.0.2.2
            key: 0.0.0.7
            checksum: true
            sequence: yes
            keepalive: 10s
            ttl: 64
            tos: inherit
            pmtu: off
            dev: tun0
            mtu: 1400
            address: [10.0.0.1/30, "fd00::1,fd00::2/128"]
            route: ["10.1.0.0/16 via 10.0.0.2 src 10.0.0.1 metric 5 mtu 1300", default, "2001:db8::/32"]
            mss-clamp: true
            owner: nobody
            persistent: true
            queues: 2
            capture: [/tmp/in.pcapng, outer=/tmp/out.pcapng]
            fault: loss=1%,delay=20ms
          - type: vxlan
            remote: [192.0.2.2, "192.0.2.3:8472"]
            vni: 42
            port: 8472
            learning: no
            forward: 02:00:00:00:00:07=192.0.2.9
            bridge: br0
          - {type: ip6gre, remote: "2001:db8::2", encap-limit: none}
          - {type: ip6tnl, remote: "2001:db8::3", inner: ipv4}
          - {type: geneve, remote: "[2001:db8::2]:6082", mode: ip}
          - {type: udp, local: "0.0.0.0:5000", remote: "site.example:5000", mode: ethernet}
          - {type: stream, remote: "host.example:7000", via: ["ssh://me@bastion.example"]}
          - {type: stream, local: "unix:/run/link.sock"}
          - {type: ssh, via: ["ssh://me@bastion.example"]}
        """;

    [Fact]
    public void EveryKey_IsRead_AndWrittenBack()
    {
        (AditConfiguration configuration, IReadOnlyList<ConfigurationProblem> problems) = ConfigurationFile.Parse(Full, "f");
        Assert.Empty(problems);
        Assert.Equal(9, configuration.Links.Count);
        LinkConfiguration gre = configuration.Links[0];
        Assert.Equal((7u, 64, LinkConfiguration.InheritTos, false), (gre.Key, gre.Ttl, gre.Tos, gre.Pmtu));
        Assert.Equal(new LinkKeepalive(TimeSpan.FromSeconds(10), 3), gre.Keepalive);
        Assert.Equal("10.1.0.0/16 via 10.0.0.2 src 10.0.0.1 metric 5 mtu 1300", gre.Routes[0].ToString());
        Assert.Equal((true, "/tmp/out.pcapng"), (gre.Captures[1].IsOuter, gre.Captures[1].Path));
        string written = ConfigurationWriter.Write(configuration);
        Assert.Equal(written, ConfigurationWriter.Write(ConfigurationFile.Parse(written, "w").Configuration));
        Assert.Contains("tos: inherit", written, StringComparison.Ordinal);
        Assert.Contains("encap-limit: none", written, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{type: gree}", "f:2:12: links[0].type: expected one of gre, gretap, ipip, sit, ip6tnl, ip6gre, ip6gretap, etherip, vxlan, geneve, udp, stream, ssh, got 'gree'")]
    [InlineData("{type: gre, remot: 192.0.2.1}", "f:2:17: links[0]: unknown key 'remot'; did you mean 'remote'?")]
    [InlineData("{remote: 192.0.2.1}", "f:2:5: links[0]: expected the key 'type', got none")]
    [InlineData("{type: gre}", "f:2:5: links[0]: expected the key 'remote', got none")]
    [InlineData("{type: gre, remote: [192.0.2.1, 192.0.2.2]}", "f:2:25: links[0].remote: expected one, got 2")]
    [InlineData("{type: gre, remote: \"192.0.2.1:7\"}", "f:2:25: links[0].remote: expected an address without a port, got 192.0.2.1:7")]
    [InlineData("{type: ipip, remote: 192.0.2.1, key: 7}", "f:2:42: links[0].key: expected none, for ipip has no key; got 7")]
    [InlineData("{type: ipip, remote: \"2001:db8::1\"}", "f:2:26: links[0].remote: expected IPv4, over which ipip goes, got 2001:db8::1")]
    [InlineData("{type: ip6tnl, remote: 192.0.2.1}", "f:2:28: links[0].remote: expected IPv6, over which ip6tnl goes, got 192.0.2.1")]
    [InlineData("{type: gre, local: 192.0.2.1, remote: \"2001:db8::1\"}", "f:2:43: links[0].remote: expected addresses of one family, got IPv4 and IPv6")]
    [InlineData("{type: vxlan, remote: 192.0.2.1}", "f:2:5: links[0]: expected the key 'vni', got none")]
    [InlineData("{type: udp, remote: 192.0.2.1}", "f:2:25: links[0].remote: expected a port there or in 'port', got 192.0.2.1")]
    [InlineData("{type: stream}", "f:2:5: links[0]: expected one of the keys 'local' (to listen) and 'remote' (to connect), got none")]
    [InlineData("{type: ssh}", "f:2:5: links[0].via: expected an ssh:// hop last, whose tunnel channel it is, got none")]
    [InlineData("{type: ssh, via: \"ssh://h\", remote: tap0}", "f:2:41: links[0].remote: expected the server's interface, any or tun0, tun1, …, got tap0")]
    [InlineData("{type: gre, remote: 192.0.2.1, bridge: br0}", "f:2:44: links[0].bridge: expected an Ethernet link, got gre")]
    [InlineData("{type: gre, remote: 192.0.2.1, dev: a-name-of-17-oct}", "f:2:41: links[0].dev: expected the name of an interface, 1 to 15 characters without / : % and space, got 'a-name-of-17-oct'")]
    [InlineData("{type: gre, remote: 192.0.2.1, key: 4294967296}", "f:2:41: links[0].key: expected a key from 0 to 4294967295, such as 7, 0x7 or 0.0.0.7, got '4294967296'")]
    [InlineData("{type: gre, remote: 192.0.2.1, fault: loss=2}", "f:2:43: links[0].fault: loss: expected a part such as 1% or 0.01, got '2'")]
    [InlineData("{type: gre, remote: 192.0.2.1, route: 10.0.0.0/8 dev x}", "f:2:43: links[0].route: expected via, src, metric or mtu, got 'dev'")]
    [InlineData("{type: gre, remote: 192.0.2.1, address: 10.0.0.1/33}", "f:2:45: links[0].address: expected ADDRESS/BITS or ADDRESS,PEER/BITS, got '10.0.0.1/33'")]
    [InlineData("{type: ipip, remote: 192.0.2.1, address: \"fd00::1/64\"}", "f:2:46: links[0].address: expected IPv4, which ipip carries, got IPv6")]
    [InlineData("{type: gre, remote: 192.0.2.1, persistent: true}", "f:2:48: links[0].persistent: expected dev beside it, got none")]
    [InlineData("{type: gre, remote: 192.0.2.1, ttl: 0}", "f:2:41: links[0].ttl: expected a number from 1 to 255, got '0'")]
    public void WhatIsWrong_IsTold_WithItsPlace(string item, string expected)
    {
        IReadOnlyList<ConfigurationProblem> problems = ConfigurationFile.Parse($"links:\n  - {item}\n", "f").Problems;
        Assert.Equal(expected, Assert.Single(problems).ToString());
    }

    [Fact]
    public void Links_AreToldApart()
    {
        IReadOnlyList<ConfigurationProblem> problems = ConfigurationFile.Parse(
            "links:\n  - {type: gre, remote: 192.0.2.1, dev: a}\n  - {type: gre, remote: 192.0.2.1, dev: a}\n  - {type: gre, remote: 192.0.2.1, key: 3}\n", "f").Problems;
        Assert.Equal(
            ["f:3:5: links[1]: expected other ends or another key than links[0] has: packets of the two cannot be told apart", "f:3:41: links[1].dev: expected an interface of its own, got a, as in links[0]"],
            problems.Select(p => p.ToString()));
    }

    [Theory]
    [InlineData("{type: gre, remote: 192.0.2.1}", 1476)]
    [InlineData("{type: gre, remote: 192.0.2.1, key: 1}", 1472)]
    [InlineData("{type: gretap, remote: 192.0.2.1, key: 1}", 1458)]
    [InlineData("{type: ipip, remote: 192.0.2.1}", 1480)]
    [InlineData("{type: sit, remote: 192.0.2.1}", 1480)]
    [InlineData("{type: ip6tnl, remote: \"2001:db8::1\"}", 1452)]
    [InlineData("{type: ip6tnl, remote: \"2001:db8::1\", encap-limit: none}", 1460)]
    [InlineData("{type: vxlan, remote: 192.0.2.1, vni: 1}", 1450)]
    [InlineData("{type: vxlan, remote: \"2001:db8::1\", vni: 1}", 1430)]
    [InlineData("{type: geneve, remote: 192.0.2.1}", 1450)]
    [InlineData("{type: udp, remote: \"192.0.2.1:7\"}", 1472)]
    [InlineData("{type: stream, remote: \"192.0.2.1:7\"}", 1500)]
    [InlineData("{type: ssh, via: \"ssh://h\"}", 1500)]
    public void Mtu_IsWhatTheStackLeaves(string item, int mtu)
    {
        LinkConfiguration link = ConfigurationFile.Parse($"links:\n  - {item}\n", "f").Configuration.Links[0];
        Assert.Equal(mtu, LinkStacks.Of(link, LinkStacks.IsIpv6(link)).InnerMtu());
    }

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.1")]
    [InlineData("192.0.2.1:7", "192.0.2.1:7")]
    [InlineData("2001:db8::1", "2001:db8::1")]
    [InlineData("[2001:db8::1]", "2001:db8::1")]
    [InlineData("[2001:db8::1]:7", "[2001:db8::1]:7")]
    [InlineData("host.example:7", "host.example:7")]
    [InlineData("unix:/run/x", "unix:/run/x")]
    [InlineData("192.0.2.1:", null)]
    [InlineData("192.0.2", null)]
    [InlineData("[2001:db8::1]7", null)]
    [InlineData("unix:", null)]
    [InlineData("", null)]
    [InlineData("a:70000", null)]
    public void Place_IsRead_AndWritten(string text, string? written)
    {
        Assert.Equal(written is not null, LinkPlace.TryParse(text, out LinkPlace? place));
        Assert.Equal(written, place?.ToString());
    }

    [Fact]
    public void Words_MeanWhatKeysMean()
    {
        LinkConfiguration link = LinkWords.Read([("type", "vxlan"), ("remote", "192.0.2.1"), ("remote", "192.0.2.2"), ("vni", "7"), ("address", "10.0.0.1/24")]);
        Assert.Equal((LinkType.Vxlan, 2, 7, true), (link.Type, link.Remote.Count, link.Vni, link.CarriesEthernet));
        Assert.Equal("--vni: expected a number from 0 to 16777215, got 'x'", Assert.Throws<TunnelException>(() => LinkWords.Read([("type", "vxlan"), ("remote", "192.0.2.1"), ("vni", "x")])).Message);
        Assert.Equal("expected --vni, got none", Assert.Throws<TunnelException>(() => LinkWords.Read([("type", "vxlan"), ("remote", "192.0.2.1")])).Message);
        Assert.Equal("--key: expected none, for vxlan has no key; got 7", Assert.Throws<TunnelException>(() => LinkWords.Read([("type", "vxlan"), ("remote", "192.0.2.1"), ("vni", "1"), ("key", "7")])).Message);
    }
}
