using System.Net;
using Adit.Core.Policy;

namespace Adit.Core.Tests.Policy;

public sealed class DestinationPolicyTests
{
    [Theory]
    [InlineData("*", "any.example", 1, "8.8.8.8", true)]
    [InlineData("*:443", "any.example", 443, "8.8.8.8", true)]
    [InlineData("*:443", "any.example", 444, "8.8.8.8", false)]
    [InlineData("*:8000-8010", "any.example", 8010, "8.8.8.8", true)]
    [InlineData("db.corp.example:5432", "DB.corp.example.", 5432, "10.0.0.1", true)]
    [InlineData("*.corp.example", "db.corp.example", 22, "10.0.0.1", true)]
    [InlineData("*.corp.example", "corp.example", 22, "10.0.0.1", false)]
    [InlineData("*.corp.example", "evilcorp.example", 22, "10.0.0.1", false)]
    [InlineData("10.0.0.0/8", "db.corp.example", 22, "10.9.8.7", true)]
    [InlineData("10.0.0.0/8", "db.corp.example", 22, "::ffff:10.9.8.7", true)]
    [InlineData("10.0.0.0/8", "10.9.8.7", 22, null, true)]
    [InlineData("10.0.0.0/8", "db.corp.example", 22, null, false)]
    [InlineData("10.1.2.3/8:22", "x", 22, "10.200.0.1", true)]
    [InlineData("[fd00::/8]:22", "x", 22, "fd12::1", true)]
    [InlineData("[fd00::/8]:22", "x", 23, "fd12::1", false)]
    [InlineData("fd00::/8", "x", 23, "fd12::1", true)]
    [InlineData("::1", "localhost", 23, "::1", true)]
    [InlineData("::ffff:127.0.0.1", "localhost", 23, "127.0.0.1", true)]
    [InlineData("127.0.0.1:80", "localhost", 80, "127.0.0.1", true)]
    [InlineData("@metadata", "innocent.example", 80, "169.254.169.254", true)]
    [InlineData("@private:22", "innocent.example", 22, "192.168.1.1", true)]
    [InlineData("@private:22", "innocent.example", 22, "8.8.8.8", false)]
    public void Rule_Matches(string rule, string host, int port, string? resolved, bool expected)
    {
        Assert.True(DestinationRule.TryParse(rule, allow: true, out DestinationRule? parsed, out string? why), why);
        Assert.Equal(expected, parsed!.Matches(host, port, resolved is null ? null : IPAddress.Parse(resolved)));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":22")]
    [InlineData("host:")]
    [InlineData("host:70000")]
    [InlineData("host:9-3")]
    [InlineData("host:+1")]
    [InlineData("[::1")]
    [InlineData("[::1]22")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10/8")]
    [InlineData("@privat")]
    [InlineData("a b")]
    [InlineData("*.")]
    [InlineData("a*b")]
    public void BadRule_SaysWhatWasExpected(string rule)
    {
        Assert.False(DestinationRule.TryParse(rule, allow: false, out DestinationRule? parsed, out string? why));
        Assert.Null(parsed);
        Assert.StartsWith("expected ", why);
    }

    [Fact]
    public void FirstMatch_Wins_AndIsNamed()
    {
        var policy = new DestinationPolicy(
            [Rule("10.1.0.0/16:22", true), Rule("10.0.0.0/8", false), Rule("*", true)], new PolicyVerdict(false, "nothing else is allowed"));
        Assert.Equal(new PolicyVerdict(true, "allow 10.1.0.0/16:22"), policy.Judge("a", 22, IPAddress.Parse("10.1.2.3")));
        Assert.Equal(new PolicyVerdict(false, "deny 10.0.0.0/8"), policy.Judge("a", 23, IPAddress.Parse("10.1.2.3")));
        Assert.Equal(new PolicyVerdict(true, "allow *"), policy.Judge("a", 23, IPAddress.Parse("8.8.8.8")));
    }

    [Fact]
    public void NoMatch_TakesTheDefault()
    {
        var otherwise = new PolicyVerdict(false, "nothing is allowed");
        Assert.Equal(otherwise, new DestinationPolicy([], otherwise).Judge("a", 1, IPAddress.Loopback));
    }

    private static DestinationRule Rule(string text, bool allow)
    {
        Assert.True(DestinationRule.TryParse(text, allow, out DestinationRule? rule, out _));
        return rule!;
    }
}
