using System.Net;
using Adit.Gateway.Permissions;

namespace Adit.Gateway.Tests.Permissions;

public sealed class ReverseBindPolicyTests
{
    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("0.0.0.0", false)]
    [InlineData("::", false)]
    [InlineData("::ffff:0.0.0.0", false)]
    [InlineData("192.0.2.1", false)]
    public void Default_IsLoopbackOnly(string address, bool allowed) =>
        Assert.Equal(allowed, ReverseBindPolicy.LoopbackOnly.Judge(IPAddress.Parse(address)).Allowed);

    [Theory]
    [InlineData("192.0.2.7", true)]
    [InlineData("192.0.3.7", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("127.0.0.1", false)]
    public void Networks_PermitTheirAddresses_ButNotTheWildcard(string address, bool allowed) =>
        Assert.Equal(allowed, new ReverseBindPolicy(false, false, [IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("0.0.0.0/8")]).Judge(IPAddress.Parse(address)).Allowed);

    [Fact]
    public void Any_PermitsTheWildcard() => Assert.True(new ReverseBindPolicy(true, true, []).Judge(IPAddress.IPv6Any).Allowed);
}
