using System.Net;
using Adit.Core.Policy;
using Adit.Gateway.Configuration;

namespace Adit.Gateway.Tests.Configuration;

public sealed class GatewayConfigurationTests
{
    [Theory]
    [InlineData("", "8.8.8.8", true, "no rule denies it")]
    [InlineData("", "127.0.0.1", true, "no rule denies it")]
    [InlineData("", "169.254.169.254", false, "deny @metadata")]
    [InlineData("", "::ffff:169.254.169.254", false, "deny @metadata")]
    [InlineData("allow: 169.254.169.254", "169.254.169.254", false, "deny @metadata")]
    [InlineData("metadata: 169.254.169.254", "169.254.169.254", true, "allow 169.254.169.254")]
    [InlineData("metadata: 169.254.169.254", "fd00:ec2::254", false, "deny @metadata")]
    [InlineData("deny: 10.0.0.0/8", "10.1.1.1", false, "deny 10.0.0.0/8")]
    [InlineData("{deny: '*:25', allow: 10.0.0.0/8}", "10.1.1.1", true, "allow 10.0.0.0/8")]
    [InlineData("allow: 10.0.0.0/8", "8.8.8.8", false, "no rule of allow names it")]
    public void Policy_FollowsTheConfiguration(string gateway, string address, bool allowed, string rule)
    {
        string text = gateway.StartsWith('{') ? $"gateway: {gateway}" : $"gateway:\n  {gateway}\n";
        (AditConfiguration c, var problems) = ConfigurationFile.Parse(text, "f");
        Assert.Empty(problems);
        Assert.Equal(new PolicyVerdict(allowed, rule), c.Gateway!.ToDestinationPolicy().Judge("some.example", 80, IPAddress.Parse(address)));
    }
}
