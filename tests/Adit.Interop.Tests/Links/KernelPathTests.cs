using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>A path with a narrow place between two routers: found by their ICMP; and, where that is lost (a black hole), passed in fragments.</summary>
[Collection(KernelCollection.Name)]
public sealed class KernelPathTests(KernelGuest kernel)
{
    private const string NoIcmp = "add table inet silence; add chain inet silence out { type filter hook output priority 0; }; add rule inet silence out icmp type destination-unreachable drop; add rule inet silence out icmpv6 type packet-too-big drop";

    /// <summary>Type and what differs from the default, the kernel's words, whether IPv6 is outside, octets of the encapsulation.</summary>
    public static TheoryData<string, string, bool, int> Discovering => new()
    {
        { "gre", "gre", false, 24 },
        { "ipip", "ipip", false, 20 },
        { "sit", "sit", false, 20 },
        { "vxlan --vni 51 --port 4789", "vxlan id 51 dstport 4789 df set", false, 50 },
        { "geneve --vni 52", "geneve id 52 dstport 6081 df set", false, 50 },
        { "ip6gre --encap-limit none", "ip6gre encaplimit none", true, 44 },
    };

    [Theory]
    [MemberData(nameof(Discovering))]
    public async Task NarrowPlace_IsFound(string adit, string kernelWords, bool six, int overhead)
    {
        UmlGuest guest = await kernel.StartedAsync();
        (string ours, string theirs) = adit == "ipip" || !six && adit != "sit" ? ("10.92.0.1", "10.92.0.2") : ("fd92::1", "fd92::2");
        await using AditLink link = await StartAsync(guest, adit, kernelWords, six, ours, theirs);
        int inner = KernelGuest.NarrowMtu - overhead;

        // The first packet that is too big is answered by a router to us, and what we tell makes ping(8) say the size that passes.
        int size = LinkTest.Largest(theirs, inner);
        string said = await LinkTest.ShellAsync(kernel.Near, $"for i in 1 2 3 4 5; do ping -M do -c 2 -i 0.1 -W 1 -s {size + 8} {theirs} 2>&1 || true; done");
        Assert.Matches($@"mtu[ :=]+{inner}\b", said);
        await LinkTest.PingAsync(kernel.Near, theirs, -size);
        await LinkTest.DiscoverAsync(kernel.Near, theirs); // the guest finds the narrow place on its way back
        await LinkTest.DiscoverAsync(kernel.Near, theirs, 3000);
        await LinkTest.StreamsAsync(kernel.Near, guest, ours, theirs);
    }

    /// <summary>Type, the kernel's words. IPv4 outside, where routers fragment.</summary>
    public static TheoryData<string, string> Fragmenting => new()
    {
        { "gre --pmtu off --ttl 64", "gre nopmtudisc" },
        { "sit --pmtu off --ttl 64", "sit nopmtudisc" },
        { "vxlan --vni 53 --port 4789 --pmtu off", "vxlan id 53 dstport 4789 df unset" },
        { "geneve --vni 54 --pmtu off", "geneve id 54 dstport 6081 df unset" },
    };

    [Theory]
    [MemberData(nameof(Fragmenting))]
    public async Task BlackHole_IsPassedInFragments(string adit, string kernelWords)
    {
        PeerRequired.Installed("nft");
        UmlGuest guest = await kernel.StartedAsync();
        await using AditLink link = await StartAsync(guest, adit, kernelWords, six: false, "fd92::1", "fd92::2");
        await LinkTest.ShellAsync(kernel.Near, "ip route flush cache; ip -6 route flush cache");
        foreach (NetworkNamespace router in new[] { kernel.FirstRouter, kernel.LastRouter }) await LinkTest.ShellAsync(router, $"nft '{NoIcmp}'");
        try
        {
            ProcessResult lost = await ProcessRunner.RunAsync(new PeerStart { Program = "ping", Arguments = ["-M", "do", "-c", "1", "-W", "1", "-s", "1450", KernelGuest.FarRemote4], Namespace = kernel.Near.Name });
            Assert.Contains("100% packet loss", lost.Text, StringComparison.Ordinal);
            Assert.DoesNotContain("mtu", lost.Text, StringComparison.OrdinalIgnoreCase); // the hole is black

            await LinkTest.ReachAsync(kernel.Near, "fd92::2");
            await LinkTest.PingAsync(kernel.Near, "fd92::2", LinkTest.Largest("fd92::2", KernelGuest.NarrowMtu), 3000);
            await guest.PingAsync("fd92::1", 3000, count: 2);
            await LinkTest.StreamsAsync(kernel.Near, guest, "fd92::1", "fd92::2");
        }
        finally
        {
            foreach (NetworkNamespace router in new[] { kernel.FirstRouter, kernel.LastRouter }) await LinkTest.ShellAsync(router, "nft delete table inet silence");
        }
    }

    private async Task<AditLink> StartAsync(UmlGuest guest, string adit, string kernelWords, bool six, string ours, string theirs)
    {
        (string local, string remote) = six ? (KernelGuest.FarLocal6, KernelGuest.FarRemote6) : (KernelGuest.FarLocal4, KernelGuest.FarRemote4);
        string length = ours.Contains(':') ? "64" : "24";
        bool overUdp = adit.StartsWith("vxlan", StringComparison.Ordinal) || adit.StartsWith("geneve", StringComparison.Ordinal);
        string kernelLocal = adit.StartsWith("geneve", StringComparison.Ordinal) ? "" : $"local {remote}";
        string ttl = overUdp || kernelWords.Contains("nopmtudisc", StringComparison.Ordinal) ? "" : "ttl 64";
        await guest.RunAsync(
            $"ip link delete far 2>/dev/null; ip route flush cache; ip -6 route flush cache; ip link add far type {kernelWords} {kernelLocal} remote {local} {ttl} && " +
            $"ip address add {theirs}/{length} dev far {(ours.Contains(':') ? "nodad" : "")} && ip link set far up {(overUdp ? "mtu 1450" : "")}");
        return await AditLink.StartAsync(kernel.Near, [.. adit.Split(' '), "--local", local, "--remote", remote, "--dev", "far0", "--address", $"{ours}/{length}"]);
    }
}
