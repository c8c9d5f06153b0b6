using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>Every kind of tunnel against a real Linux kernel: pings of all sizes both ways, and TCP both ways, with IPv4 and IPv6 inside.</summary>
[Collection(KernelCollection.Name)]
public sealed class KernelTunnelTests(KernelGuest kernel)
{
    private const int Oversize = 3000;

    public static TheoryData<string> Kinds => [.. KernelTunnel.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Tunnel_CarriesBothWays(string kind)
    {
        KernelTunnel tunnel = KernelTunnel.Named(kind);
        UmlGuest guest = await kernel.StartedAsync();
        await using AditLink link = await AditLink.StartAsync(kernel.Near, tunnel.AditArguments());
        int mtu = await LinkTest.MtuAsync(kernel.Near, tunnel.AditDevice);
        if (tunnel.Mtu is { } expected) Assert.Equal(expected, mtu);

        foreach ((string ours, string theirs) in tunnel.OurInner.Zip(tunnel.TheirInner))
        {
            await LinkTest.ReachAsync(kernel.Near, theirs);
            await LinkTest.PingAsync(kernel.Near, theirs, 0, 56, -LinkTest.Largest(theirs, mtu), Oversize);
            foreach (int size in new[] { 0, 56, Oversize }) await guest.PingAsync(ours, size, count: 2);
            await guest.PingAsync(ours, LinkTest.Largest(ours, mtu), count: 2, dontFragment: true);
            await LinkTest.StreamsAsync(kernel.Near, guest, ours, theirs);
        }
    }
}
