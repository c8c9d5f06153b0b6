using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Gateway.Configuration;
using Adit.Gateway.Permissions;
using Adit.Gateway.Serving;
using Adit.Ssh.Keys;

namespace Adit.Gateway.Tests.Serving;

public sealed class GatewayForwardingPolicyTests
{
    private static readonly IPAddress Metadata = IPAddress.Parse("169.254.169.254");

    [Fact]
    public void Metadata_IsReachedOnlyByWhoNamesIt()
    {
        TcpDestination to = new("169.254.169.254", 80);
        KeyPermissions named = KeyPermissions.Unrestricted with { PermitOpen = [new ForwardPermission("169.254.169.254", 80)] };
        KeyPermissions starred = KeyPermissions.Unrestricted with { PermitOpen = [new ForwardPermission("*", 80)] };
        Assert.Equal("deny @metadata", Policy(new GatewayConfiguration(), KeyPermissions.Unrestricted).JudgeAddress(to, Metadata).Rule);
        Assert.False(Policy(new GatewayConfiguration(), starred).JudgeAddress(to, Metadata).Allowed);
        Assert.True(Policy(new GatewayConfiguration(), named).JudgeAddress(to, Metadata).Allowed);
        Assert.True(Policy(new GatewayConfiguration { Metadata = [Metadata] }, KeyPermissions.Unrestricted).JudgeAddress(to, Metadata).Allowed);
    }

    [Fact]
    public void Name_IsJudgedByWhatItResolvedTo()
    {
        Assert.True(DestinationRule.TryParse("10.0.0.0/8", allow: false, out DestinationRule? rule, out _));
        GatewayForwardingPolicy policy = Policy(new GatewayConfiguration { Deny = [rule!] }, KeyPermissions.Unrestricted);
        TcpDestination to = new("intranet.example", 80);
        Assert.True(policy.JudgeOpen(to).Allowed);
        Assert.False(policy.JudgeAddress(to, IPAddress.Parse("10.1.2.3")).Allowed);
        Assert.False(policy.JudgeAddress(to, IPAddress.Parse("::ffff:10.1.2.3")).Allowed);
        Assert.True(policy.JudgeAddress(to, IPAddress.Parse("192.0.2.1")).Allowed);
    }

    [Fact]
    public void UnixSockets_OfTheStateFolderAndTheSystem_AreOutOfReach()
    {
        Assert.False(Policy(new GatewayConfiguration(), KeyPermissions.Unrestricted).JudgeOpen(new UnixDestination("/tmp/postgres")).Allowed);
        GatewayForwardingPolicy policy = Policy(new GatewayConfiguration { StreamLocal = StreamLocalPolicy.On }, KeyPermissions.Unrestricted);
        Assert.False(policy.JudgeOpen(new UnixDestination("/state/run/1.sock")).Allowed);
        Assert.False(policy.JudgeListen(new UnixDestination("/state/x")).Allowed);
        Assert.False(policy.JudgeOpen(new UnixDestination("/run/docker.sock")).Allowed);
        Assert.True(policy.JudgeOpen(new UnixDestination("/tmp/postgres")).Allowed);
    }

    private static GatewayForwardingPolicy Policy(GatewayConfiguration configuration, KeyPermissions permissions) => new(configuration, permissions, ["/state"]);
}
