using Adit.Interop.Tests.Links;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Peers;

/// <summary>The guest against what nobody here wrote: the machine's own kernel, and GRE by a few lines of Python over a raw socket.</summary>
[Collection(KernelCollection.Name)]
public sealed class GuestPeerTests(KernelGuest kernel)
{
    [Theory]
    [InlineData("vxlan")]
    [InlineData("vxlan6")]
    public async Task Vxlan_MeetsTheMachinesKernel(string kind)
    {
        KernelTunnel tunnel = KernelTunnel.Named(kind);
        UmlGuest guest = await kernel.StartedAsync();
        await LinkTest.IpAsync(kernel.Near, $"link add {tunnel.AditDevice} type {tunnel.Kernel} local {tunnel.Local} remote {tunnel.Remote}\n" +
            $"address add {tunnel.OurInner[0]}/24 dev {tunnel.AditDevice}\naddress add {tunnel.OurInner[1]}/64 dev {tunnel.AditDevice} nodad\nlink set {tunnel.AditDevice} up mtu {tunnel.Mtu}\n");
        try
        {
            foreach ((string ours, string theirs) in tunnel.OurInner.Zip(tunnel.TheirInner))
            {
                await LinkTest.PingAsync(kernel.Near, theirs, 0, 56, -LinkTest.Largest(theirs, tunnel.Mtu!.Value), 3000);
                await guest.PingAsync(ours, 3000, count: 2);
                await LinkTest.StreamsAsync(kernel.Near, guest, ours, theirs);
            }
        }
        finally
        {
            await LinkTest.IpAsync(kernel.Near, $"link delete {tunnel.AditDevice}\n");
        }
    }

    [Fact]
    public async Task Gre_AnswersARawSocket()
    {
        PeerRequired.Installed(PeerRequired.Scapy);
        KernelTunnel tunnel = KernelTunnel.Named("gre-key");
        await kernel.StartedAsync();
        ProcessResult result = await LinkTest.PythonAsync(kernel.Near, "gre_ping", tunnel.Local, tunnel.Remote, KernelTunnel.Key.ToString(), tunnel.OurInner[0], tunnel.TheirInner[0]);
        Assert.Equal("answered\n", result.Succeeded().Text);
    }

    [Fact]
    public async Task NarrowPath_IsFoundByItsIcmp()
    {
        UmlGuest guest = await kernel.StartedAsync();
        int largest = LinkTest.Largest(KernelGuest.FarRemote4, KernelGuest.NarrowMtu);
        await LinkTest.PingAsync(kernel.Near, KernelGuest.FarRemote4, -largest, 3000);
        await Assert.ThrowsAsync<PeerFailureException>(() => LinkTest.PingAsync(kernel.Near, KernelGuest.FarRemote4, -largest - 1));
        await LinkTest.StreamsAsync(kernel.Near, guest, KernelGuest.FarLocal4, KernelGuest.FarRemote4);
        await LinkTest.StreamsAsync(kernel.Near, guest, KernelGuest.FarLocal6, KernelGuest.FarRemote6);
    }
}
