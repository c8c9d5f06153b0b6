using Adit.Core.Overhead;

namespace Adit.Core.Tests.Overhead;

/// <summary>The arithmetic of stacks, against figures that kernels and specifications tell.</summary>
public sealed class ProtocolStackTests
{
    // Default MTUs of Linux's own tunnels over 1500, and what vendors' and specifications' tables say.
    [Theory]
    [InlineData("ip4/gre/ip4", 1476)]
    [InlineData("ip4/gre+key/ip4", 1472)]
    [InlineData("ip4/gre+csum+key+seq/ip4", 1464)]
    [InlineData("ip4/gre/eth/ip4", 1462)]
    [InlineData("ip4/gre+key/eth/ip4", 1458)]
    [InlineData("ip4/ip4", 1480)]
    [InlineData("ip4/ip6", 1480)]
    [InlineData("ip6/ip4", 1460)]
    [InlineData("ip6+encaplimit/ip6", 1452)]
    [InlineData("ip6+encaplimit/ip4", 1452)]
    [InlineData("ip6/gre/ip6", 1456)]
    [InlineData("ip6+encaplimit/gre/ip6", 1448)]
    [InlineData("ip6+encaplimit/gre/eth/ip6", 1434)]
    [InlineData("ip4/etherip/eth/ip4", 1464)]
    [InlineData("ip4/udp/vxlan/eth/ip4", 1450)]
    [InlineData("ip6/udp/vxlan/eth/ip4", 1430)]
    [InlineData("ip4/udp/geneve/eth/ip6", 1450)]
    [InlineData("ip4/udp/geneve+opt=8/eth/ip6", 1442)]
    [InlineData("ip6/udp/geneve/ip4", 1444)]
    [InlineData("ip4/udp/ip4", 1472)]
    [InlineData("ip4/esp/ip4", 1446)] // AES-GCM
    [InlineData("ip4/udp/esp/ip4", 1438)] // with NAT traversal
    [InlineData("ip4/esp+cbc/ip4", 1438)] // AES-CBC, HMAC-SHA-256-128
    [InlineData("ip4/esp+cbc+sha1/ip4", 1438)]
    [InlineData("ip4/udp/wireguard/ip4", 1440)]
    [InlineData("ip6/udp/wireguard/ip4", 1420)]
    [InlineData("ip4/udp/l2tp/ppp/ip4", 1462)]
    [InlineData("ip4/udp/l2tpv3/eth/ip4", 1446)]
    [InlineData("eth/pppoe/ppp/ip4", 1492)]
    [InlineData("eth/ip4/udp/vxlan/eth+vlan/ip4", 1446)]
    [InlineData("ip4", 1500)]
    [InlineData("eth/ip4", 1500)]
    public void InnerMtu_IsTheKnownOne(string stack, int mtu) => Assert.Equal(mtu, ProtocolStack.Parse(stack).InnerMtu());

    [Theory]
    [InlineData("ip4/tcp", 1460)]
    [InlineData("ip6/tcp", 1440)]
    [InlineData("ip4/gre+key/ip4/tcp", 1432)]
    [InlineData("ip4/udp/vxlan/eth/ip6/tcp", 1390)]
    [InlineData("ip4/gre/ip4", null)]
    [InlineData("ip4/tcp/ssh/ip4/tcp", 1460)]
    public void MaximumSegment_IsTheKnownOne(string stack, int? segment) => Assert.Equal(segment, ProtocolStack.Parse(stack).MaximumSegment());

    [Theory]
    [InlineData("gre/ip4", "gre: expected ip4 or ip6 or udp or esp or ah before it, got nothing")]
    [InlineData("ip4/vxlan/eth", "vxlan: expected udp before it, got ip4")]
    [InlineData("ip4/gre+kee/ip4", "gre+kee: unknown option 'kee'; known are csum, key, seq")]
    [InlineData("ip4/udp/geneve+opt=7/eth", "geneve+opt=7: opt: expected a number from 0 to 252 divisible by 4, got '7'")]
    [InlineData("ip4/udp/vxlan+key/eth", "vxlan+key: unknown option 'key'; vxlan has none")]
    [InlineData("ip4/", "'': unknown layer")]
    [InlineData("ip4/vxlam", "vxlam: unknown layer, did you mean vxlan?")]
    public void WhatIsWrong_IsTold(string text, string why)
    {
        Assert.False(ProtocolStack.TryParse(text, out _, out string? told));
        Assert.StartsWith(why, told, StringComparison.Ordinal);
    }

    /// <summary>For every stack of random layers: the longest inner packet fits, one more octet does not, and rows add up.</summary>
    [Fact]
    public void RandomStacks_FitExactly()
    {
        var random = new Random(5);
        int[] mtus = [576, 1280, 1500, 9000, 65_535];
        for (int i = 0; i < 3000; i++)
        {
            string text = RandomStack(random);
            ProtocolStack stack = ProtocolStack.Parse(text);
            int mtu = mtus[random.Next(mtus.Length)];
            Assert.Equal(text, stack.ToString());
            StackReport report = StackReport.Of(stack, mtu);
            Assert.Equal(stack.Layers.Sum(l => l.Octets), report.Rows[^1].Total);
            int inner = stack.InnerMtu(mtu);
            if (stack.InnerNetwork == 0 || inner <= 0) continue;
            int octets = stack.Wrap(inner, out int stream);
            if (stream >= 0) continue;
            Assert.InRange(octets, 0, mtu);
            Assert.True(stack.Wrap(inner + 1, out _) > mtu, $"{text} at {mtu}: {inner + 1} fits as well");
            Assert.Equal(1, report.Fragments);
            Assert.True(StackReport.Of(stack, mtu, inner + 1).Fragments > 1, text);
        }
    }

    [Fact]
    public void Fragments_AreCounted()
    {
        StackReport report = StackReport.Of(ProtocolStack.Parse("ip4/gre/ip4/tcp"), 1500, 1500);
        Assert.Equal((1524, 2), (report.OuterOctets, report.Fragments));
        Assert.Contains(report.Warnings, w => w.StartsWith("fragments: an inner packet of 1500 is 1524 outside, above the MTU of 1500: 2 fragments", StringComparison.Ordinal));
        Assert.Equal(3, StackReport.Of(ProtocolStack.Parse("ip6/gre/ip4"), 1280, 3000).Fragments);
    }

    [Theory]
    [InlineData("ip4/tcp/ssh/ip4/tcp", "TCP over TCP", true)]
    [InlineData("ip4/tcp/tls/framed/ip4/udp", "head-of-line", true)]
    [InlineData("ip4/udp/vxlan/eth/ip4/tcp", "raise the outer MTU to 1550", false)]
    [InlineData("ip4/udp/wireguard/ip4/tcp", null, true)]
    [InlineData("ip4/gre/ip4/tcp", null, false)]
    [InlineData("ip4/ah/ip4", null, false)]
    public void Warnings_NameWhatMayGoWrong(string stack, string? warning, bool isProtected)
    {
        StackReport report = StackReport.Of(ProtocolStack.Parse(stack));
        if (warning is null) Assert.Empty(report.Warnings);
        else Assert.Contains(warning, Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Equal(isProtected, report.IsProtected);
    }

    [Fact]
    public void Ipv6_InTooLittle_IsTold() =>
        Assert.Contains("grow by 20", Assert.Single(StackReport.Of(ProtocolStack.Parse("ip4/ip6"), 1280).Warnings), StringComparison.Ordinal);

    [Fact]
    public void SecureShell_CarriesAFrameWithoutAddressFamily()
    {
        Assert.Equal(38, ProtocolStack.Parse("ip4/tcp/ssh/ip4").Layers[2].Octets);
        Assert.Equal(34, ProtocolStack.Parse("ip4/tcp/ssh/eth/ip4").Layers[2].Octets);
        // 1500 and 18 octets padded to 1520, 4 of length and 16 of tag around them.
        Assert.Equal(1540, ProtocolStack.Parse("ip4/tcp/ssh/ip4/tcp").Wrap(1500, out int stream));
        Assert.Equal(1, stream);
    }

    private static string RandomStack(Random random)
    {
        var layers = new List<string> { random.Next(3) == 0 ? "eth/ip4" : random.Next(2) == 0 ? "ip4" : "ip6" };
        string[] tunnels =
        [
            "gre/{0}", "gre+key+csum/{0}", "gre/eth+vlan/{0}", "{0}", "etherip/eth/{0}", "udp/vxlan/eth/{0}", "udp/geneve+opt=12/{0}", "udp/{0}", "esp/{0}", "esp+cbc/{0}", "udp/esp+cbc+sha1/{0}",
            "udp/wireguard/{0}", "udp/l2tp+len/ppp/{0}", "udp/l2tpv3+cookie=8/eth/{0}", "ah/{0}", "esp+null/{0}",
        ];
        for (int i = random.Next(4); i > 0; i--) layers.Add(string.Format(System.Globalization.CultureInfo.InvariantCulture, tunnels[random.Next(tunnels.Length)], random.Next(2) == 0 ? "ip4" : "ip6+encaplimit"));
        if (random.Next(2) == 0) layers.Add(random.Next(2) == 0 ? "tcp+ts" : "udp");
        return string.Join('/', layers);
    }
}
