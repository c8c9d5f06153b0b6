using System.Net;
using Adit.Core;
using Adit.Ssh.Keys;
using Adit.Ssh.Server.Forwarding;
using Adit.TestKit.Time;

namespace Adit.Ssh.Tests.Server.Forwarding;

public sealed class KeyForwardingPolicyTests
{
    private static readonly TcpDestination Database = new("db.example", 5432);

    [Theory]
    [InlineData("restrict", "restrict")]
    [InlineData("no-port-forwarding", "no-port-forwarding")]
    [InlineData("permitopen=\"db.example:5433\"", "permitopen=db.example:5433")]
    [InlineData("permitopen=\"db.example:5432\"", null)]
    [InlineData("restrict,port-forwarding", null)]
    [InlineData("permitlisten=\"9\"", null)]
    public void Open_FollowsTheOptions(string options, string? rule)
    {
        KeyForwardingPolicy policy = new(Permissions(options), new FakePolicy());
        Assert.Equal((rule is null, rule ?? "rule of opening"), (policy.JudgeOpen(Database).Allowed, policy.JudgeOpen(Database).Rule));
    }

    [Theory]
    [InlineData("restrict", "restrict")]
    [InlineData("permitlisten=\"localhost:9\"", "permitlisten=localhost:9")]
    [InlineData("permitlisten=\"8080\"", null)]
    [InlineData("permitopen=\"db.example:5432\"", null)]
    public void Listen_FollowsTheOptions(string options, string? rule)
    {
        KeyForwardingPolicy policy = new(Permissions(options), new FakePolicy());
        Assert.Equal((rule is null, rule ?? "rule of listening"), (policy.JudgeListen(new TcpDestination("", 8080)).Allowed, policy.JudgeListen(new TcpDestination("", 8080)).Rule));
    }

    [Fact]
    public void UnixSockets_AreShutOutByLists()
    {
        UnixDestination socket = new("/tmp/socket");
        Assert.False(new KeyForwardingPolicy(Permissions("permitopen=\"a:1\""), new FakePolicy()).JudgeOpen(socket).Allowed);
        Assert.True(new KeyForwardingPolicy(Permissions("permitopen=\"a:1\""), new FakePolicy()).JudgeListen(socket).Allowed);
        Assert.False(new KeyForwardingPolicy(Permissions("permitlisten=\"1\""), new FakePolicy()).JudgeListen(socket).Allowed);
        Assert.True(new KeyForwardingPolicy(Permissions("pty"), new FakePolicy()).JudgeOpen(socket).Allowed);
    }

    [Fact]
    public void Expiry_CountsWhileTheSessionLives()
    {
        VirtualTime time = new();
        KeyForwardingPolicy policy = new(Permissions("expiry-time=\"20000101000010Z\""), new FakePolicy(), time);
        Assert.True(policy.JudgeOpen(Database).Allowed);
        time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal((false, "expiry-time"), (policy.JudgeOpen(Database).Allowed, policy.JudgeOpen(Database).Rule));
        Assert.Equal("expiry-time", policy.JudgeListen(Database).Rule);
    }

    [Fact]
    public void Default_KeepsToLoopbackAndOffMetadata()
    {
        DefaultForwardingPolicy policy = DefaultForwardingPolicy.Instance;
        Assert.True(policy.JudgeAddress(Database, IPAddress.Parse("192.0.2.1")).Allowed);
        Assert.False(policy.JudgeAddress(Database, IPAddress.Parse("169.254.169.254")).Allowed);
        Assert.False(policy.JudgeOpen(new UnixDestination("/tmp/x")).Allowed);
        Assert.True(policy.JudgeBind(Database, IPAddress.IPv6Loopback).Allowed);
        Assert.False(policy.JudgeBind(Database, IPAddress.Any).Allowed);
    }

    private static KeyPermissions Permissions(string options)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        return AuthorizedKeys.FromLines([$"{options} {key.PublicKey.ToAuthorizedKeysLine()}"], "test").Entries.Single().Permissions;
    }
}
