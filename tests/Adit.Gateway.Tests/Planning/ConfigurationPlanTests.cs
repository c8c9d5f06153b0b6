using Adit.Gateway.Planning;
using Adit.TestKit.Peers;

namespace Adit.Gateway.Tests.Planning;

public sealed class ConfigurationPlanTests : IDisposable
{
    private readonly PeerFolder _folder = new("plan");
    private readonly PlanEnvironment _user = new() { IsRoot = false, UnprivilegedPort = 1024 };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Listener_SaysWhoReachesIt()
    {
        ConfigurationPlan plan = Plan("forwards: [{listen: 8080, target: a:1}, {listen: '0.0.0.0:81', target: a:1}, {listen: 'unix:/s', target: a:1}, {listen: '192.0.2.1:82/udp', target: a:1/udp}]");
        Assert.Equal(
            ["this machine", "whoever reaches any address of this machine", "this account and root (mode 0600)", "whoever reaches 192.0.2.1, by udp"],
            plan.Sections.Select(s => s.Listeners[0].Reach));
    }

    [Fact]
    public void Hops_StandInOrder_WithWhoResolvesTheName()
    {
        PlannedSection section = Plan("ssh-config: none\nforwards: [{listen: 1080, target: 'db:1', via: [connect://p, 'tls://q:2?pin=sha256:x', 'ssh://me@r:3']}]").Sections[0];
        Assert.Equal(["HTTP CONNECT", "TLS; by pin", "SSH as me"], section.Hops.Select(h => h.Means));
        Assert.Equal(["p:3128", "q:2", "r:3"], section.Hops.Select(h => h.Dials));
        Assert.Equal([false, true, true], section.Hops.Select(h => h.IsEncrypted));
        Assert.Equal("db:1 (resolved by ssh://me@r:3)", section.Target);
    }

    [Fact]
    public void SshHop_IsResolvedByTheConfiguration()
    {
        string config = _folder.Write("ssh_config", "Host inner\n  HostName inner.example\n  Port 2200\n  User bob\n  ProxyJump me@outer\n");
        PlannedHop hop = Plan($"ssh-config: {config}\nproxies: [{{listen: 1080, via: ssh://inner}}]").Sections[0].Hops[0];
        Assert.Equal("inner.example:2200", hop.Dials);
        Assert.StartsWith("SSH as bob, by ProxyJump", hop.Means);
    }

    [Fact]
    public void Link_SaysWhatItMakes()
    {
        ConfigurationPlan plan = Plan("links: [{type: gre, local: 192.0.2.1, remote: 192.0.2.2, key: 7, dev: t0, address: [10.0.0.1/30, 'fd00::1/64'], route: ['10.1.0.0/16 metric 5', default]}, {type: vxlan, vni: 1, remote: [192.0.2.2, 192.0.2.3], bridge: br0}, {type: ssh, via: 'ssh://me@h'}]");
        PlannedInterface device = plan.Sections[0].Interface!;
        Assert.Equal(("t0", "tun", 1472, "ip4/gre+key/ip4"), (device.Name, device.Kind, device.Mtu, device.Stack));
        Assert.Equal(["10.0.0.1/30", "fd00::1/64"], device.Addresses);
        Assert.Equal(["route add 10.1.0.0/16 dev t0 metric 5", "route add default dev t0"], plan.Sections[0].Routes);
        Assert.Equal(("*:4789/udp", "br0", 1450), (plan.Sections[1].Listeners[0].Address, plan.Sections[1].Interface!.Bridge, plan.Sections[1].Interface!.Mtu));
        Assert.Equal("192.0.2.2, 192.0.2.3, by Ethernet in VXLAN", plan.Sections[1].Target);
        Assert.Equal(("ssh://me@h", "ssh://me@h, by the tunnel channel of SSH"), (plan.Sections[2].Hops[0].Hop, plan.Sections[2].Target));
        Assert.DoesNotContain(plan.Warnings, w => w.Path == "links[2]");
    }

    [Fact]
    public void Files_AreLookedAt()
    {
        string auth = _folder.Write("auth", "a:b\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(auth, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        ConfigurationPlan plan = Plan($"proxies: [{{listen: 1080, tls-certificate: /nowhere.pem, via: ['socks5://h?auth={auth}']}}]");
        Assert.Equal(["missing", "open to others (chmod 600)"], plan.Sections[0].Files.Select(f => f.State));
        Assert.Contains(plan.Warnings, w => w is { Path: "proxies[0].tls-certificate", Message: "/nowhere.pem: missing" } && w.At.Line == 1);
    }

    [Theory]
    [InlineData("forwards: [{listen: '0.0.0.0:81', target: db:1}]", "forwards[0].listen", "reaches db:1, without a password")]
    [InlineData("forwards: [{listen: 81, target: db:1}]", "forwards[0].listen", "ports below 1024 need root")]
    [InlineData("forwards: [{listen: 8081, target: db:1, via: ['connect://u:p@h']}]", "forwards[0].via", "its password travels in the clear")]
    [InlineData("forwards: [{listen: 8081, target: db:1, via: ['tls://h:1?insecure']}]", "forwards[0].via", "any certificate is taken")]
    [InlineData("forwards: [{listen: 8081/udp, target: db:1/udp, via: [connect://h]}]", "forwards[0].via", "carries no UDP")]
    [InlineData("proxies: [{listen: '0.0.0.0:8081'}]", "proxies[0].listen", "asks nobody for a password")]
    [InlineData("proxies: [{listen: '0.0.0.0:8081', user: 'a:b'}]", "proxies[0].user", "in the clear")]
    [InlineData("proxies: [{listen: 8081, transparent: redirect, install-nft: true}]", "proxies[0].install-nft", "this whole machine")]
    [InlineData("links: [{type: gre, remote: 192.0.2.2}]", "links[0]", "neither encrypted nor authenticated")]
    [InlineData("links: [{type: gre, remote: 192.0.2.2}]", "links[0].type", "needs CAP_NET_ADMIN and CAP_NET_RAW")]
    [InlineData("links: [{type: vxlan, vni: 1, remote: 192.0.2.2, mtu: 1500}]", "links[0].mtu", "1500 make 1550 outside")]
    [InlineData("links: [{type: udp, remote: '192.0.2.2:5', fault: loss=1%}]", "links[0].fault", "on purpose")]
    [InlineData("links: [{type: sit, remote: 192.0.2.2, route: '::/0'}]", "links[0].route", "its remote needs one")]
    [InlineData("links: [{type: stream, remote: 'h:7', via: 'ssh://me@b'}]", "links[0]", "protected as far as ssh://me@b only")]
    [InlineData("gateway: {listen: 'ws://127.0.0.1:8080/t'}", "gateway.listen", "this carrier is not encrypted")]
    [InlineData("gateway: {shell: login}", "gateway.shell", "needs root")]
    public void Warning_NamesItsKey(string text, string path, string message) =>
        Assert.Contains(Plan(text).Warnings, w => w.Path == path && w.Message.Contains(message, StringComparison.Ordinal));

    [Fact]
    public void CautiousConfiguration_HasNoWarning() =>
        Assert.Empty(Plan("gateway: {listen: 'tcp://0.0.0.0:2222'}\nforwards: [{listen: 8080, target: db:1, via: [ssh://me@h]}]\nproxies: [{listen: 1080}]").Warnings);

    [Fact]
    public void TransparentProxy_ShowsItsRules()
    {
        PlannedSection section = Plan("proxies: [{listen: '0.0.0.0:8081', transparent: tproxy, nft-ports: 80-81}]").Sections[0];
        Assert.Contains("tcp dport 80-81", section.Firewall, StringComparison.Ordinal);
        Assert.Equal(4, section.Routes.Count);
        Assert.False(section.InstallsFirewall);
    }

    [Fact]
    public void WrongFile_HasProblemsAndNoPlan()
    {
        (ConfigurationPlan plan, var problems) = ConfigurationPlan.Read(_folder.Write("wrong.yaml", "forwards:\n  - {lisen: 1}\n"), _user);
        Assert.Empty(plan.Sections);
        Assert.Equal("2:6", problems[0].At.ToString());
    }

    private ConfigurationPlan Plan(string text)
    {
        string file = _folder.Write("adit.yaml", text);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        (ConfigurationPlan plan, var problems) = ConfigurationPlan.Read(file, _user);
        Assert.Empty(problems);
        return plan;
    }
}
