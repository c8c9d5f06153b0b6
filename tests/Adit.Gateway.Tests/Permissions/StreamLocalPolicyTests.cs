using Adit.Gateway.Permissions;

namespace Adit.Gateway.Tests.Permissions;

public sealed class StreamLocalPolicyTests
{
    private static readonly string[] State = ["/home/me/.local/state/adit"];

    [Theory]
    [InlineData("/tmp/app.sock", true)]
    [InlineData("/run/docker.sock", false)]
    [InlineData("/var/run/docker.sock", false)]
    [InlineData("/tmp/../run/docker.sock", false)]
    [InlineData("//run//docker.sock", false)]
    [InlineData("/running/app.sock", true)]
    [InlineData("/home/me/.local/state/adit/run/1.sock", false)]
    [InlineData("/home/me/.local/state/adit", false)]
    [InlineData("/home/me/.local/state/aditor", true)]
    [InlineData("relative.sock", false)]
    [InlineData("", false)]
    [InlineData("/tmp/a\0b", false)]
    public void On_DeniesTheSystemsOwn(string path, bool allowed) => Assert.Equal(allowed, StreamLocalPolicy.On.Judge(path, State).Allowed);

    [Fact]
    public void Default_DeniesAll() => Assert.Equal("streamlocal: off until configured", StreamLocalPolicy.Default.Judge("/tmp/app.sock", State).Rule);

    [Theory]
    [InlineData("/run/user/1000/app.sock", true, "streamlocal: allow /run/user/1000/")]
    [InlineData("/run/user/1000/gnupg/S", false, "streamlocal: deny /run/user/1000/gnupg")]
    [InlineData("/run/docker.sock", false, "streamlocal: deny /run")]
    [InlineData("/home/me/.local/state/adit/x", false, "streamlocal: the gateway's state folder is never reachable")]
    public void DeeperFolder_Decides_AndIsNamed(string path, bool allowed, string rule)
    {
        var policy = new StreamLocalPolicy(true, ["/run/user/1000/", "/"], ["/run", "/run/user/1000/gnupg"]);
        Assert.Equal((allowed, rule), (policy.Judge(path, State).Allowed, policy.Judge(path, State).Rule));
    }

    [Fact]
    public void Off_DeniesAll() => Assert.False(new StreamLocalPolicy(false, ["/"], []).Judge("/tmp/x", State).Allowed);
}
