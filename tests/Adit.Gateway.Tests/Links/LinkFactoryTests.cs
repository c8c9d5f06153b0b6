using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Gateway.Configuration;
using Adit.Gateway.Links;
using Adit.Gateway.Status;
using Adit.Platform.Netlink;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Gateway.Tests.Links;

/// <summary>Links from their configuration, between two networks inside this process that a pair of interfaces joins.</summary>
public sealed class LinkFactoryTests : IDisposable
{
    private readonly IsolatedNetwork? _near = NetworkPrivilege.MayChange ? new IsolatedNetwork() : null;
    private readonly IsolatedNetwork? _far = NetworkPrivilege.MayChange ? new IsolatedNetwork() : null;

    public void Dispose()
    {
        _near?.Dispose();
        _far?.Dispose();
    }

    [Theory]
    [InlineData("gre, key: 7, checksum: true, sequence: true", false, "10.0.0", 1464)]
    [InlineData("gretap, key: 7", false, "10.0.0", 1458)]
    [InlineData("ipip", false, "10.0.0", 1480)]
    [InlineData("sit", false, "fd00::", 1480)]
    [InlineData("ip6tnl, encap-limit: none", true, "10.0.0", 1460)]
    [InlineData("ip6tnl", true, "10.0.0", 1452)]
    [InlineData("ip6gre, key: 7", true, "fd00::", 1444)]
    [InlineData("gre, queues: 3", false, "10.0.0", 1476)]
    [InlineData("ip6tnl, encap-limit: none", true, "fd00::", 1460)]
    [InlineData("ip6gre, encap-limit: none", true, "fd00::", 1456)]
    [InlineData("ip6gretap, encap-limit: none", true, "10.0.0", 1442)]
    [InlineData("etherip", false, "10.0.0", 1464)]
    [InlineData("vxlan, vni: 42", false, "10.0.0", 1450)]
    [InlineData("vxlan, vni: 42", true, "fd00::", 1430)]
    [InlineData("geneve", false, "10.0.0", 1450)]
    [InlineData("geneve, mode: ip", false, "fd00::", 1464)]
    [InlineData("udp, port: 5000", false, "10.0.0", 1472)]
    [InlineData("udp, port: 5000, mode: ethernet", true, "10.0.0", 1438)]
    public async Task EveryType_CarriesPackets_BothWays(string type, bool outerIsIpv6, string inner, int mtu)
    {
        Join();
        string separator = inner.Contains(':', StringComparison.Ordinal) ? "" : ".";
        int bits = separator.Length == 0 ? 64 : 24;
        RunningLink one = Open(_near!, $"{{type: {type}, {Ends(outerIsIpv6, 1, 2)}, dev: t0, address: \"{inner}{separator}1/{bits}\"}}");
        RunningLink other = Open(_far!, $"{{type: {type}, {Ends(outerIsIpv6, 2, 1)}, dev: t0, address: \"{inner}{separator}2/{bits}\"}}");
        await using (one)
        await using (other)
        {
            Assert.Equal((mtu, mtu), (one.Mtu, other.Mtu));
            IPAddress to = IPAddress.Parse($"{inner}{separator}2");
            Exchange(to, 100);
            Exchange(to, mtu - (bits == 64 ? 48 : 28)); // the longest that fits, less IP and UDP headers
        }

        _near!.Run(() =>
        {
            using var netlink = new RtNetlink();
            Assert.Null(netlink.Find("t0"));
        });
    }

    [Fact]
    public async Task Interface_IsSetUp_AsAsked()
    {
        Join();
        RunningLink link = Open(_near!, "{type: vxlan, remote: 192.0.2.2, vni: 1, dev: t0, bridge: br0, mtu: 1400, address: 10.5.0.1/24, route: [\"10.6.0.0/16 via 10.5.0.2 metric 7\", 10.7.0.0/16]}");
        await using (link)
        {
            _near!.Run(() =>
            {
                using var netlink = new RtNetlink();
                InterfaceStatus device = netlink.Get("t0");
                Assert.Equal((true, 1400, netlink.Get("br0").Index, "tun"), (device.IsUp, device.Mtu, device.Master, device.Kind));
                Assert.Equal(("t0", IPAddress.Parse("10.5.0.2")), (netlink.FindRoute(IPAddress.Parse("10.6.1.1")).InterfaceName, netlink.FindRoute(IPAddress.Parse("10.6.1.1")).Gateway));
                Assert.Equal("t0", netlink.FindRoute(IPAddress.Parse("10.7.1.1")).InterfaceName);
            });
        }

        _near!.Run(() =>
        {
            using var netlink = new RtNetlink();
            Assert.Null(netlink.Find("t0"));
            Assert.Null(netlink.Find("br0"));
        });
    }

    [Fact]
    public async Task PersistentInterface_Stays_WithoutWhatTheLinkAdded()
    {
        Join();
        await Open(_near!, "{type: gre, remote: 192.0.2.2, dev: t0, persistent: true, address: 10.5.0.1/24, route: 10.6.0.0/16}").DisposeAsync();
        _near!.Run(() =>
        {
            using var netlink = new RtNetlink();
            Assert.NotNull(netlink.Find("t0"));
            Assert.DoesNotContain(netlink.Addresses("t0"), a => a.Address.AddressFamily == AddressFamily.InterNetwork);
            netlink.Delete("t0");
        });
    }

    [Fact]
    public async Task Loop_IsRefusedAtTheStart_AndSeenLater()
    {
        Join();
        TunnelException refused = Assert.Throws<TunnelException>(() => Open(_near!, "{type: gre, remote: 192.0.2.2, dev: t0, route: 192.0.2.2/32}"));
        Assert.StartsWith("route to 192.0.2.2: expected another interface than the link's own, got t0", refused.Message, StringComparison.Ordinal);
        RunningLink link = Open(_near!, "{type: gre, remote: 192.0.2.2, dev: t0, address: 10.0.0.1/30}");
        await using (link)
        {
            LinkConfiguration configuration = Read("{type: gre, remote: 192.0.2.2}");
            Assert.Equal("up", LinkStatuses.Of(configuration, link).State);
            Route loop = new(IPNetwork.Parse("192.0.2.2/32")) { Device = "t0" };
            _near!.Run(() =>
            {
                using var netlink = new RtNetlink();
                netlink.AddRoute(loop);
            });
            await UntilAsync(() => LinkStatuses.Of(configuration, link).State == "loop");
            _near!.Run(() =>
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                socket.SendTo(new byte[100], new IPEndPoint(IPAddress.Parse("10.0.0.2"), 9));
            });
            await UntilAsync(() => LinkStatuses.Of(configuration, link).Drops.ContainsKey("loop"));
            _near!.Run(() =>
            {
                using var netlink = new RtNetlink();
                netlink.RemoveRoute(loop);
            });
            await UntilAsync(() => LinkStatuses.Of(configuration, link).State == "up");
        }
    }

    [Fact]
    public async Task Status_CountsPackets_AndFaults()
    {
        Join();
        const string Near = "{type: udp, local: \"192.0.2.1:5000\", remote: \"192.0.2.2:5000\", dev: t0, address: 10.0.0.1/24, fault: loss=100%}";
        RunningLink one = Open(_near!, Near);
        RunningLink other = Open(_far!, "{type: udp, local: \"192.0.2.2:5000\", remote: \"192.0.2.1:5000\", dev: t0, address: 10.0.0.2/24}");
        await using (one)
        await using (other)
        {
            _near!.Run(() =>
            {
                using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                for (int i = 0; i < 10; i++) socket.SendTo(new byte[100], new IPEndPoint(IPAddress.Parse("10.0.0.2"), 9));
            });
            await UntilAsync(() => LinkStatuses.Of(Read(Near), one).Drops.GetValueOrDefault("fault") >= 10);
            LinkStatus status = LinkStatuses.Of(Read(Near), one);
            Assert.Equal((0, "udp", "t0", false), (status.SentOutside!.Packets, status.Type, status.Device, status.Protected));
            Assert.Equal(0, LinkStatuses.Of(Read(Near), other).Received.Packets);
        }
    }

    [Fact]
    public async Task Stream_ComesAgain_AfterItWasLost()
    {
        Join();
        string path = Path.Combine(Path.GetTempPath(), $"adit-{Environment.ProcessId}-{Guid.NewGuid():N}.sock");
        // The far end starts last, and twice.
        RunningLink one = Open(_near!, $"{{type: stream, local: \"unix:{path}\", dev: t0, address: 10.0.0.1/24}}");
        await using (one)
        {
            for (int i = 0; i < 2; i++)
            {
                RunningLink other = Open(_far!, $"{{type: stream, remote: \"unix:{path}\", dev: t0, address: 10.0.0.2/24}}");
                await using (other)
                {
                    await UntilAsync(() => LinkStatuses.Of(Read("{type: stream, local: \"unix:/x\"}"), one).State == "up");
                    Exchange(IPAddress.Parse("10.0.0.2"), 1400);
                }

                await UntilAsync(() => LinkStatuses.Of(Read("{type: stream, local: \"unix:/x\"}"), one).State == "connecting");
            }
        }
    }

    private static string Ends(bool isIpv6, int local, int remote) => isIpv6 ? $"local: \"2001:db8::{local}\", remote: \"2001:db8::{remote}\"" : $"local: 192.0.2.{local}, remote: 192.0.2.{remote}";

    private static LinkConfiguration Read(string item)
    {
        (AditConfiguration configuration, IReadOnlyList<ConfigurationProblem> problems) = ConfigurationFile.Parse($"links:\n  - {item}\n", "f");
        Assert.Empty(problems);
        return configuration.Links[0];
    }

    private static RunningLink Open(IsolatedNetwork network, string item)
    {
        var hops = new Adit.Gateway.Hops.HopRegistry(new Dictionary<string, Adit.Gateway.Hops.HopFactory>()).Chain([], new Adit.Core.Streams.SocketDialer());
        return LinkFactory.OpenAsync(Read(item), new LinkContext(NullLogger.Instance, () => hops, () => ValueTask.CompletedTask, network)).GetAwaiter().GetResult();
    }

    private void Join()
    {
        if (_near is null || _far is null) Assert.Skip("needs root");
        _near.Run(() =>
        {
            using var netlink = new RtNetlink();
            netlink.CreatePair("v0", "v0", _far);
        });
        foreach ((IsolatedNetwork network, int host) in new[] { (_near, 1), (_far, 2) })
        {
            network.Run(() =>
            {
                using var netlink = new RtNetlink();
                netlink.AddAddress("v0", new InterfaceAddress(IPAddress.Parse($"192.0.2.{host}"), 24));
                netlink.AddAddress("v0", new InterfaceAddress(IPAddress.Parse($"2001:db8::{host}"), 64));
                netlink.Change("v0", new InterfaceChange { IsUp = true });
            });
        }
    }

    /// <summary>Sends a datagram to the far end and back, and again where it was lost: interfaces that have just come up may lose the first.</summary>
    private void Exchange(IPAddress to, int length)
    {
        using Socket far = _far!.Run(() =>
        {
            var socket = new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 500 };
            socket.Bind(new IPEndPoint(to, 7777));
            return socket;
        });
        using Socket near = _near!.Run(() => new Socket(to.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 500 });
        if (to.AddressFamily == AddressFamily.InterNetwork) near.DontFragment = far.DontFragment = true;
        byte[] sent = new byte[length];
        new Random(length).NextBytes(sent);
        byte[] got = new byte[length + 1];
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                near.SendTo(sent, new IPEndPoint(to, 7777));
                EndPoint from = new IPEndPoint(to.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);
                int count = far.ReceiveFrom(got, ref from);
                Assert.Equal(sent, got[..count]);
                far.SendTo(got.AsSpan(0, count), from);
                Assert.Equal(length, near.Receive(got));
                Assert.Equal(sent, got[..length]);
                return;
            }
            catch (SocketException e) when (attempt < 20 && e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
                // Again.
            }
        }
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (long until = Environment.TickCount64 + 20_000; !condition();)
        {
            Assert.True(Environment.TickCount64 < until, "it did not happen within 20 s");
            await Task.Delay(20);
        }
    }
}
