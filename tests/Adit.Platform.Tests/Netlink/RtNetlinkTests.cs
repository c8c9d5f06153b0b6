using System.Net;
using Adit.Platform.Netlink;

namespace Adit.Platform.Tests.Netlink;

/// <summary>Interfaces, addresses and routes in networks of their own, so that this machine's stay as they are.</summary>
public sealed class RtNetlinkTests : IDisposable
{
    private readonly IsolatedNetwork? _network = IsRoot ? new IsolatedNetwork() : null;

    private static bool IsRoot => Environment.UserName == "root";

    public void Dispose() => _network?.Dispose();

    [Fact]
    public void Loopback_IsFound_WithoutPrivilege()
    {
        using var netlink = new RtNetlink();
        InterfaceStatus loopback = netlink.Get("lo");
        Assert.Equal(("lo", 1), (loopback.Name, loopback.Index));
        Assert.Equal(loopback, netlink.Find(1)! with { HardwareAddress = loopback.HardwareAddress });
        Assert.Null(netlink.Find("not-there-15oct"));
        Assert.Null(netlink.Find("far too long for an interface"));
        Assert.True(netlink.FindRoute(IPAddress.Loopback).IsLocal);
    }

    [Fact]
    public void Interface_TakesEveryChange() => InNetwork(netlink =>
    {
        netlink.CreatePair("d0", "d0-far");
        netlink.CreateBridge("br0");
        netlink.Change("d0", new InterfaceChange { IsUp = true, Mtu = 1476, QueueLength = 77, GsoMaximumSize = 32_000, Master = "br0", HardwareAddress = new byte[] { 2, 0, 0, 0, 0, 7 } });
        InterfaceStatus status = netlink.Get("d0");
        Assert.True(status.IsUp);
        Assert.Equal((1476, 77, 32_000, "veth", netlink.Get("br0").Index), (status.Mtu, status.QueueLength, status.GsoMaximumSize, status.Kind, status.Master));
        Assert.Equal([2, 0, 0, 0, 0, 7], status.HardwareAddress.ToArray());
        netlink.Change("d0", new InterfaceChange { IsUp = false, Master = "" });
        Assert.Equal((false, 0), (netlink.Get("d0").IsUp, netlink.Get("d0").Master));
        netlink.Delete("br0");
        Assert.Null(netlink.Find("br0"));
    });

    [Theory]
    [InlineData("10.0.0.1/30")]
    [InlineData("10.0.0.1/31")]
    [InlineData("10.0.0.1/32")]
    [InlineData("10.0.0.1,10.0.0.2/32")]
    [InlineData("10.0.0.1,10.9.0.0/16")]
    [InlineData("fd00::1/64")]
    [InlineData("fd00::1,fd00::2/128")]
    public void Address_IsAdded_Listed_AndRemoved(string text) => InNetwork(netlink =>
    {
        netlink.CreatePair("d0", "d0-far");
        Assert.True(InterfaceAddress.TryParse(text, out InterfaceAddress? address));
        Assert.Equal(text, address!.ToString());
        netlink.AddAddress("d0", address);
        Assert.Equal([address], netlink.Addresses("d0"));
        Assert.True(Assert.Throws<NetlinkException>(() => netlink.AddAddress("d0", address)).IsThereAlready);
        netlink.RemoveAddress("d0", address);
        Assert.Empty(netlink.Addresses("d0"));
        Assert.True(Assert.Throws<NetlinkException>(() => netlink.RemoveAddress("d0", address)).IsMissing);
    });

    [Theory]
    [InlineData("10.0.0.256")]
    [InlineData("10.1/8")]
    [InlineData("10.0.0.1/33")]
    [InlineData("10.0.0.1/")]
    [InlineData("10.0.0.1,fd00::1/64")]
    [InlineData("10.0.0.1,10.0.0.2,10.0.0.3")]
    [InlineData("fd00::1/129")]
    [InlineData("")]
    [InlineData(null)]
    public void Address_ThatIsNone_IsRefused(string? text) => Assert.False(InterfaceAddress.TryParse(text, out _));

    [Fact]
    public void Route_LeadsThroughItsInterface() => InNetwork(netlink =>
    {
        netlink.CreatePair("d0", "d0-far");
        netlink.CreatePair("d1", "d1-far");
        foreach (string name in new[] { "d0", "d1", "d0-far", "d1-far" }) netlink.Change(name, new InterfaceChange { IsUp = true });
        netlink.AddAddress("d0", new InterfaceAddress(IPAddress.Parse("10.0.0.1"), 24));
        netlink.AddAddress("d1", new InterfaceAddress(IPAddress.Parse("fd00::1"), 64));
        Route[] routes =
        [
            new(IPNetwork.Parse("192.0.2.0/24")) { Device = "d0", Mtu = 1400 },
            new(IPNetwork.Parse("0.0.0.0/0")) { Gateway = IPAddress.Parse("10.0.0.2"), Metric = 5 },
            new(IPNetwork.Parse("2001:db8::/32")) { Device = "d1", Gateway = IPAddress.Parse("fd00::2"), Mtu = 1300 },
            new(IPNetwork.Parse("::/0")) { Device = "d1" },
        ];
        foreach (Route route in routes) netlink.AddRoute(route);
        Assert.Equal(("d0", 1400, null), Shape(netlink.FindRoute(IPAddress.Parse("192.0.2.7"))));
        Assert.Equal(("d0", 1500, IPAddress.Parse("10.0.0.2")), Shape(netlink.FindRoute(IPAddress.Parse("198.51.100.1"))));
        Assert.Equal(IPAddress.Parse("10.0.0.1"), netlink.FindRoute(IPAddress.Parse("192.0.2.7"), IPAddress.Parse("10.0.0.1")).Source ?? IPAddress.Parse("10.0.0.1"));
        Assert.Equal(("d1", 1300, IPAddress.Parse("fd00::2")), Shape(netlink.FindRoute(IPAddress.Parse("2001:db8::7"))));
        Assert.Equal("d1", netlink.FindRoute(IPAddress.Parse("2001:4860::1")).InterfaceName);
        Assert.True(netlink.FindRoute(IPAddress.Parse("10.0.0.1")).IsLocal);
        Assert.True(Assert.Throws<NetlinkException>(() => netlink.AddRoute(routes[0])).IsThereAlready);
        foreach (Route route in routes) netlink.RemoveRoute(route);
        Assert.True(Assert.Throws<NetlinkException>(() => netlink.RemoveRoute(routes[0])).IsMissing);
        Assert.Equal("route to 192.0.2.7: Network is unreachable", Assert.Throws<NetlinkException>(() => netlink.FindRoute(IPAddress.Parse("192.0.2.7"))).Message);
        Assert.Throws<NetlinkException>(() => netlink.FindRoute(IPAddress.Parse("2001:db8::7")));

        static (string, int, IPAddress?) Shape(RouteAnswer answer) => (answer.InterfaceName, answer.Mtu, answer.Gateway);
    });

    [Fact]
    public void Refusal_HasTheKernelsWords_InOneLine() => InNetwork(netlink =>
    {
        netlink.CreateBridge("br0");
        netlink.CreateBridge("d0");
        Assert.Equal("d0: set MTU 65600: mtu greater than device maximum (Invalid argument)", Refusal(() => netlink.Change("br0", new InterfaceChange { Mtu = 65_600 })).Replace("br0", "d0", StringComparison.Ordinal));
        Assert.Equal("route 192.0.2.0/24 via 10.7.7.7: add: Nexthop has invalid gateway (Network is unreachable)", Refusal(() => netlink.AddRoute(new Route(IPNetwork.Parse("192.0.2.0/24")) { Gateway = IPAddress.Parse("10.7.7.7") })));
        Assert.Equal("nope: interface: No such device", Refusal(() => netlink.Change("nope", new InterfaceChange { IsUp = true })));
        Assert.Contains("d0: create bridge: ", Refusal(() => netlink.CreateBridge("d0")), StringComparison.Ordinal);
        Assert.Contains("not-a-kind", Refusal(() => netlink.Create("x0", "not-a-kind")), StringComparison.Ordinal);
        Assert.Contains("expected 1 to 15 characters", Refusal(() => netlink.CreateBridge("far-too-long-a-name")), StringComparison.Ordinal);

        static string Refusal(Action action)
        {
            string message = Assert.Throws<NetlinkException>(action).Message;
            Assert.DoesNotContain('\n', message);
            return message;
        }
    });

    [Fact]
    public void MissingPrivilege_NamesTheCapability_AndHowToGetIt()
    {
        var refusal = new NetlinkException("tun0: set up", 1);
        Assert.True(refusal.IsPrivilegeMissing);
        Assert.StartsWith("tun0: set up: Operation not permitted: needs CAP_NET_ADMIN: be root, or 'setcap cap_net_admin,cap_net_raw+ep ", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(IsRoot, NetworkPrivilege.MayChange && IsRoot);
    }

    [Fact]
    public void Pair_JoinsTwoNetworks()
    {
        if (_network is null) Assert.Skip("needs root");
        using var other = new IsolatedNetwork();
        _network.Run(() =>
        {
            using var netlink = new RtNetlink();
            netlink.CreatePair("left", "right", other);
            netlink.Change("left", new InterfaceChange { IsUp = true });
            Assert.Null(netlink.Find("right"));
        });
        other.Run(() =>
        {
            using var netlink = new RtNetlink();
            netlink.Change("right", new InterfaceChange { IsUp = true });
            Assert.Equal(("veth", true), (netlink.Get("right").Kind, netlink.Get("right").IsUp));
        });
    }

    [Fact]
    public async Task Monitor_HearsOfARoute()
    {
        if (_network is null) Assert.Skip("needs root");
        NetworkMonitor monitor = _network.Run(() => new NetworkMonitor());
        using (monitor)
        {
            _network.Run(() =>
            {
                using var netlink = new RtNetlink();
                netlink.CreatePair("d0", "d0-far");
            });
            await monitor.WaitAsync(TestContext.Current.CancellationToken);
            Task next = monitor.WaitAsync(TestContext.Current.CancellationToken).AsTask();
            Assert.False(next.IsCompleted);
            _network.Run(() =>
            {
                using var netlink = new RtNetlink();
                netlink.Change("d0", new InterfaceChange { IsUp = true });
                netlink.AddRoute(new Route(IPNetwork.Parse("192.0.2.0/24")) { Device = "d0" });
            });
            await next.WaitAsync(TimeSpan.FromSeconds(30));
        }
    }

    private void InNetwork(Action<RtNetlink> test)
    {
        if (_network is null) Assert.Skip("needs root");
        _network.Run(() =>
        {
            using var netlink = new RtNetlink();
            test(netlink);
        });
    }
}
