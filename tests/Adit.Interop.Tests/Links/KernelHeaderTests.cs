using System.Globalization;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>TTL, traffic class and ECN outside, as RFC 2003, 2473, 2983 and 6040 have them, in what tshark sees on the wire to the guest, which must accept it all.</summary>
[Collection(KernelCollection.Name)]
public sealed class KernelHeaderTests(KernelGuest kernel)
{
    private const int InnerTtl = 37;
    private static readonly int[] InnerTos = [0x00, 0x01, 0x02, 0x03, 0xb8, 0xba]; // the ECN codes; expedited forwarding without and with ECT(0)

    /// <summary>Kind, what is added to its arguments, the TTL expected outside, whether the DSCP is copied.</summary>
    public static TheoryData<string, string, int, bool> Cases => new()
    {
        { "gre", "", InnerTtl, false }, // Linux's default for gre, ipip and sit: inherit
        { "gre-key", "--ttl 9 --tos inherit", 9, true },
        { "ipip", "", InnerTtl, false },
        { "sit", "--tos inherit", InnerTtl, true },
        { "4in6", "", 64, false },
        { "ip6gre", "--ttl inherit --tos inherit", InnerTtl, true },
        { "vxlan", "", 64, false },
        { "geneve", "--tos inherit --ttl inherit", InnerTtl, true },
        { "gretap", "--tos 16", 64, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task OuterHeader_IsAsTheRfcHasIt(string kind, string more, int ttl, bool copies)
    {
        PeerRequired.Installed([.. PacketCapture.Needs]);
        KernelTunnel tunnel = KernelTunnel.Named(kind);
        await kernel.StartedAsync();
        int fixedTos = more.Contains("--tos 16", StringComparison.Ordinal) ? 16 : 0;
        await using AditLink link = await AditLink.StartAsync(kernel.Near, [.. tunnel.AditArguments(), .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        string theirs = tunnel.TheirInner[0];
        bool six = theirs.Contains(':');
        await LinkTest.PingAsync(kernel.Near, theirs, 56); // neighbours know each other
        await using PacketCapture capture = await PacketCapture.StartAsync(kernel.Near, "near", $"src host {tunnel.Local}");
        await LinkTest.ShellAsync(kernel.Near, string.Join('\n', InnerTos.Select(t => $"ping -q -c 1 -W 3 -t {InnerTtl} -Q {t} -s 77 {theirs}")));

        string[] version4 = ["ip.ttl", "ip.dsfield"], version6 = ["ipv6.hlim", "ipv6.tclass"];
        IReadOnlyList<string[]> seen = await capture.EndAsync(six ? "icmpv6.type == 128" : "icmp.type == 8", [.. version4, .. version6]);
        Assert.Equal(InnerTos.Length, seen.Count);
        foreach ((string[] packet, int inner) in seen.Zip(InnerTos))
        {
            // tshark lists a field of both headers as OUTER,INNER; where the versions differ each stands in its own.
            string[] ttls = tunnel.Outer6 == six ? packet[six ? 2 : 0].Split(',') : [packet[tunnel.Outer6 ? 2 : 0], packet[six ? 2 : 0]];
            string[] classes = tunnel.Outer6 == six ? packet[six ? 3 : 1].Split(',') : [packet[tunnel.Outer6 ? 3 : 1], packet[six ? 3 : 1]];
            Assert.Equal($"{ttl},{InnerTtl}", string.Join(',', ttls));
            Assert.Equal(inner, Number(classes[1]));
            int expected = (copies ? inner & 0xfc : fixedTos) | (inner & 3); // RFC 6040 §4.1, normal mode: the inner ECN field as it is
            Assert.Equal(expected, Number(classes[0]));
        }
    }

    private static int Number(string text) => int.Parse(text.Replace("0x", "", StringComparison.Ordinal), NumberStyles.HexNumber);
}
