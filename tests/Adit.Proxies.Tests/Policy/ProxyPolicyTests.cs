using System.Net;
using Adit.Core.Policy;
using Adit.Proxies.Policy;
using Adit.Proxies.Tests.Serving;

namespace Adit.Proxies.Tests.Policy;

/// <summary>The defaults, and what rules change of them.</summary>
public sealed class ProxyPolicyTests
{
    [Theory]
    [InlineData(true, "connect", 443, "8.8.8.8", true)]
    [InlineData(true, "connect", 443, "10.0.0.1", true)]
    [InlineData(true, "connect", 443, "127.0.0.1", true)]
    [InlineData(true, "connect", 22, "8.8.8.8", false)]
    [InlineData(true, "other", 22, "127.0.0.1", true)]
    [InlineData(true, "other", 80, "169.254.169.254", true)]
    [InlineData(false, "connect", 443, "8.8.8.8", true)]
    [InlineData(false, "connect", 443, "10.0.0.1", false)]
    [InlineData(false, "connect", 443, "127.0.0.1", false)]
    [InlineData(false, "connect", 22, "8.8.8.8", false)]
    [InlineData(false, "other", 80, "8.8.8.8", false)]
    public void Defaults(bool loopback, string kind, int port, string resolved, bool expected) => Assert.Equal(expected, Judge([], loopback, kind, "a.example", port, resolved));

    [Theory]
    [InlineData("allow a.example", "connect", 443, "8.8.8.8", true)]
    [InlineData("allow a.example", "connect", 22, "8.8.8.8", false)]
    [InlineData("allow a.example:*", "connect", 22, "8.8.8.8", true)]
    [InlineData("allow a.example:22", "connect", 22, "8.8.8.8", true)]
    [InlineData("allow a.example", "other", 22, "8.8.8.8", true)]
    [InlineData("allow a.example", "other", 22, "10.0.0.1", false)]
    [InlineData("allow a.example at=@private", "other", 22, "10.0.0.1", true)]
    [InlineData("allow @private", "other", 22, "10.0.0.1", true)]
    [InlineData("allow @private", "connect", 443, "10.0.0.1", true)]
    [InlineData("allow @private", "connect", 22, "10.0.0.1", false)]
    [InlineData("allow 10.0.0.1:22", "connect", 22, "10.0.0.1", true)]
    [InlineData("deny a.example", "connect", 443, "8.8.8.8", false)]
    public void Rules_BeyondLoopback(string rule, string kind, int port, string resolved, bool expected) => Assert.Equal(expected, Judge([rule], false, kind, "a.example", port, resolved));

    [Fact]
    public void FirstMatch_Decides()
    {
        Assert.True(Judge(["allow a.example:80", "deny *"], true, "other", "a.example", 80, "8.8.8.8"));
        Assert.False(Judge(["deny *", "allow a.example:80"], true, "other", "a.example", 80, "8.8.8.8"));
        Assert.False(Judge(["allow a.example:80", "deny *"], true, "other", "b.example", 80, "8.8.8.8"));
        Assert.False(Judge(["deny @metadata"], true, "other", "b.example", 80, "169.254.169.254"));
    }

    private static bool Judge(string[] rules, bool loopback, string kind, string host, int port, string resolved)
    {
        var policy = new ProxyPolicy([.. rules.Select(ProxyHost.Rule)], loopback);
        return (kind == "connect" ? policy.Connect : policy.Other).Judge(new PolicyRequest(host, port, IPAddress.Parse(resolved))).Allowed;
    }
}
