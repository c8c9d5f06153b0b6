using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>Two Ethernets made one: a TAP of ours in a kernel's bridge at either end, and behind each bridge a host that ARP finds. Host – Left – Right – Host.</summary>
public sealed class BridgeTests
{
    private static readonly (string Host, string Address4, string Address6)[] Hosts = [("left", "10.60.0.1", "fd60::1"), ("right", "10.60.0.2", "fd60::2")];

    [Theory]
    [InlineData("etherip")]
    [InlineData("gretap --key 9")]
    [InlineData("vxlan --vni 60")]
    [InlineData("geneve --vni 61")]
    [InlineData("udp --port 5001 --mode ethernet")]
    public async Task HostsBehindBridges_SeeEachOther(string type)
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", "arping", "ping");
        IReadOnlyList<NetworkNamespace> line = await NetworkNamespace.CreateLineAsync(4);
        try
        {
            (NetworkNamespace leftHost, NetworkNamespace left, NetworkNamespace right, NetworkNamespace rightHost) = (line[0], line[1], line[2], line[3]);
            foreach ((NetworkNamespace host, string device, (_, string address4, string address6)) in new[] { (leftHost, "right", Hosts[0]), (rightHost, "left", Hosts[1]) })
            {
                await LinkTest.IpAsync(host, $"address flush dev {device} scope global\naddress add {address4}/24 dev {device}\naddress add {address6}/64 dev {device} nodad\nlink set {device} mtu 1400\n"); // of an Ethernet all stations have the same
            }

            await using AditLink a = await AditLink.StartAsync(left, [.. type.Split(' '), "--local", "10.98.1.1", "--remote", "10.98.1.2", "--dev", "cable", "--bridge", "br0"]);
            await using AditLink b = await AditLink.StartAsync(right, [.. type.Split(' '), "--local", "10.98.1.2", "--remote", "10.98.1.1", "--dev", "cable", "--bridge", "br0"]);
            await LinkTest.IpAsync(left, "address flush dev left scope global\nlink set left master br0\nlink set br0 up\n");
            await LinkTest.IpAsync(right, "address flush dev right scope global\nlink set right master br0\nlink set br0 up\n");

            string mac = (await LinkTest.ShellAsync(rightHost, "cat /sys/class/net/left/address")).Trim();
            Assert.Contains(mac, await LinkTest.ShellAsync(leftHost, "arping -c 1 -w 10 -I right 10.60.0.2"), StringComparison.OrdinalIgnoreCase);
            foreach ((string ours, string theirs) in new[] { ("10.60.0.1", "10.60.0.2"), ("fd60::1", "fd60::2") })
            {
                await LinkTest.PingAsync(leftHost, theirs, 56, 1350, 3000);
                await using StreamServer echo = StreamServer.Echo(rightHost.At(theirs, 0));
                await LinkTest.EchoAsync(leftHost.At(theirs, echo.Port), LinkTest.Bulk);
                await using StreamServer back = StreamServer.Echo(leftHost.At(ours, 0));
                await LinkTest.EchoAsync(rightHost.At(ours, back.Port), LinkTest.Bulk);
            }
        }
        finally
        {
            foreach (NetworkNamespace each in line) await each.DisposeAsync();
        }
    }
}
