using Adit.Gateway.Tunnels;
using Adit.Ssh.Tunnels;
using Adit.Wire.Ssh;

namespace Adit.Gateway.Tests.Tunnels;

public sealed class TunnelLeaseTests
{
    private static readonly TunnelLeaseFields Good = new(1400, 60, ["10.9.0.2/32", "fd09::2/128"], ["10.9.0.1", "fd09::1"], ["10.0.0.0/8"], ["10.9.0.1"], ["corp.example"]);

    [Fact]
    public void Lease_IsRead_WithTheGatewayAsPeerOfATun()
    {
        Assert.True(TunnelLease.TryRead(Good, TunnelMode.PointToPoint, out TunnelLease? lease, out _));
        Assert.Equal(["address 10.9.0.2/32 peer 10.9.0.1", "address fd09::2/128 peer fd09::1", "route 10.0.0.0/8", "dns 10.9.0.1", "search corp.example", "mtu 1400"], lease!.Describe());
        Assert.True(TunnelLease.TryRead(Good with { Addresses = ["10.9.0.2/24"], Mtu = 0 }, TunnelMode.Ethernet, out lease, out _));
        Assert.Equal("address 10.9.0.2/24", lease!.Describe().First());
        Assert.Null(lease.Mtu);
    }

    public static TheoryData<TunnelLeaseFields, string> Bad => new()
    {
        { Good with { Addresses = ["10.9.0.2"] }, "an address" },
        { Good with { Addresses = ["10.9.0.2/33"] }, "an address" },
        { Good with { Peers = ["gateway"] }, "a peer's address" },
        { Good with { Routes = ["10.0.0.0/x"] }, "a route" },
        { Good with { NameServers = ["10.9.0.1\nsearch evil"] }, "a name server" },
        { Good with { SearchDomains = ["corp.example\nnameserver 6.6.6.6"] }, "a search domain" },
        { Good with { SearchDomains = ["-x"] }, "a search domain" },
        { Good with { Mtu = 68 }, "MTU: expected 1280 to 65535, got 68" },
        { Good with { Routes = [.. Enumerable.Repeat("10.0.0.0/8", 1025)] }, "too many of them" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void Nonsense_IsRefused(TunnelLeaseFields fields, string why)
    {
        Assert.False(TunnelLease.TryRead(fields, TunnelMode.PointToPoint, out TunnelLease? lease, out string? told));
        Assert.Null(lease);
        Assert.Equal(why, told);
    }
}
