using System.Net;
using Adit.Core.Policy;

namespace Adit.Core.Tests.Policy;

/// <summary>Rules with conditions, classes that must be named, and what is known before a name is resolved.</summary>
public sealed class ConditionalRuleTests
{
    private static readonly AddressClass[] Guarded = [AddressClass.Loopback, AddressClass.Unspecified, AddressClass.LinkLocal, AddressClass.Metadata, AddressClass.Private];

    [Theory]
    [InlineData("*:443 user=alice", true)]
    [InlineData("*:443 user=bob,alice", true)]
    [InlineData("*:443 user=*", true)]
    [InlineData("*:443 user=bob", false)]
    [InlineData("* on=127.0.0.1:3128", true)]
    [InlineData("* on=:3128", true)]
    [InlineData("* on=:3129", false)]
    [InlineData("* from=192.0.2.0/24", true)]
    [InlineData("* from=@reserved", true)]
    [InlineData("* from=198.51.100.0/24", false)]
    [InlineData("* as=connect", true)]
    [InlineData("* as=socks", false)]
    [InlineData("* at=8.8.0.0/16", true)]
    [InlineData("* at=@private", false)]
    [InlineData("* user=alice as=socks", false)]
    [InlineData("  *:443   user=alice ", true)]
    public void Conditions_MustAllHold(string text, bool expected)
    {
        Assert.True(DestinationRule.TryParseConditional(text, allow: true, out DestinationRule? rule, out string? why), why);
        var request = new PolicyRequest("a.example", 443, IPAddress.Parse("8.8.8.8")) { User = "alice", Listener = "127.0.0.1:3128", Source = IPAddress.Parse("192.0.2.7"), Service = "connect" };
        Assert.Equal(expected, rule!.Matches(request));
        Assert.Equal(expected && !text.Contains("user", StringComparison.Ordinal), rule.Matches(request with { User = null }));
    }

    [Theory]
    [InlineData("* user=")]
    [InlineData("* who=alice")]
    [InlineData("* on=x")]
    [InlineData("* as=ftp")]
    [InlineData("* from=a.example")]
    [InlineData("* at=10.0.0.0/8:80")]
    [InlineData("user=alice")]
    public void OtherWords_AreRefused(string text) => Assert.False(DestinationRule.TryParseConditional(text, allow: true, out _, out _));

    [Theory]
    [InlineData("*", "a.example", "8.8.8.8", true)]
    [InlineData("*", "a.example", "10.0.0.1", false)]
    [InlineData("a.example", "a.example", "127.0.0.1", false)]
    [InlineData("a.example", "a.example", "::ffff:169.254.169.254", false)]
    [InlineData("*", "2130706433", null, false)]
    [InlineData("*", "0x7f.1", null, false)]
    [InlineData("*", "0177.0.0.1", null, false)]
    [InlineData("*", "::ffff:127.0.0.1", null, false)]
    [InlineData("*", "LOCALHOST.", null, false)]
    [InlineData("*", "a.example", null, true)]
    [InlineData("@private", "a.example", "10.0.0.1", true)]
    [InlineData("127.0.0.1", "2130706433", null, true)]
    [InlineData("a.example at=@private", "a.example", "10.0.0.1", true)]
    [InlineData("a.example at=@private", "b.example", "10.0.0.1", false)]
    public void GuardedClasses_MustBeNamed(string text, string host, string? resolved, bool expected)
    {
        Assert.True(DestinationRule.TryParseConditional(text, allow: true, out DestinationRule? rule, out string? why), why);
        var policy = new DestinationPolicy([rule!], new PolicyVerdict(false, "default"), Guarded);
        Assert.Equal(expected, policy.Judge(host, 80, resolved is null ? null : IPAddress.Parse(resolved)).Allowed);
    }

    [Fact]
    public void Verdict_NamesTheRule()
    {
        DestinationRule.TryParseConditional("*:443 user=alice", allow: true, out DestinationRule? rule, out _);
        var policy = new DestinationPolicy([rule!], new PolicyVerdict(false, "default: no rule allows it"), Guarded);
        Assert.Equal("allow *:443 user=alice", policy.Judge(new PolicyRequest("a", 443, IPAddress.Parse("8.8.8.8")) { User = "alice" }).Rule);
        Assert.Equal("default: @private addresses must be named by a rule", policy.Judge("a", 443, IPAddress.Parse("10.0.0.1")).Rule);
        Assert.Equal("default: no rule allows it", policy.Judge("a", 80, IPAddress.Parse("8.8.8.8")).Rule);
    }

    [Theory]
    [InlineData("deny *.ads.example", "x.ads.example", true)]
    [InlineData("deny *.ads.example", "ads.example", false)]
    [InlineData("deny 10.0.0.0/8", "a.example", false)]
    [InlineData("deny 10.0.0.0/8", "10.1.1.1", true)]
    [InlineData("deny * at=@private", "a.example", false)]
    [InlineData("allow 10.0.0.0/8", "a.example", false)]
    [InlineData("deny *:25", "a.example", false)]
    [InlineData("deny *:80 user=bob", "a.example", false)]
    public void WhatIsDeniedByName_NeedNotBeResolved(string text, string host, bool expected)
    {
        string[] words = text.Split(' ', 2);
        Assert.True(DestinationRule.TryParseConditional(words[1], words[0] == "allow", out DestinationRule? rule, out string? why), why);
        Assert.Equal(expected, new DestinationPolicy([rule!], new PolicyVerdict(true, "")).DeniesUnresolved(new PolicyRequest(host, 80), out _));
    }
}
