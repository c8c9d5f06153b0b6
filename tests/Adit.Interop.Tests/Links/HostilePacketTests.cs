using System.Text.Json;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>
/// What nobody honest sends, by scapy: other sources, other keys, headers that end too early or hold what is forbidden, tunnels in tunnels. Each is dropped and counted by its reason, nothing
/// answers, and the link goes on: an honest echo request after them is answered, and that is all that comes back.
/// </summary>
public sealed class HostilePacketTests
{
    private const string Ours = "10.92.0.1", Theirs = "10.92.0.2", TheirMac = "02:00:00:00:00:92";
    private const string Outer = "IP(src='10.99.0.2',dst='10.99.0.1')", Elsewhere = "IP(src='10.99.0.77',dst='10.99.0.1')", Outer6 = "IPv6(src='fd99::2',dst='fd99::1')";
    private const int Mutations = 20_000, Seed = 5;
    private const string Marker = "an honest packet";
    private const string Ping = $"IP(src='{Theirs}',dst='{Ours}')/ICMP(id=5)/Raw(b'{Marker}')", BadPing = $"IP(src='{Theirs}',dst='{Ours}')/ICMP(id=6)/Raw(b'no honest one')";
    private const string Ping6 = $"IPv6(src='fd92::2',dst='fd92::1')/ICMPv6EchoRequest(id=5,data=b'{Marker}')", BadPing6 = "IPv6(src='fd92::2',dst='fd92::1')/ICMPv6EchoRequest(id=6,data=b'no honest one')";

    private static readonly (string Type, string Good, (string Packet, string Reason)[] Bad)[] Cases =
    [
        ("gre --key 7", $"{Outer}/GRE(key_present=1,key=7,proto=0x800)/{Ping}",
        [
            ($"{Elsewhere}/GRE(key_present=1,key=7,proto=0x800)/{BadPing}", "wrong-source"),
            ($"{Outer}/GRE(key_present=1,key=8,proto=0x800)/{BadPing}", "wrong-key"),
            ($"{Outer}/GRE(proto=0x800)/{BadPing}", "wrong-key"),
            ($"{Outer}/GRE(key_present=1,key=7,proto=0x800,version=1)/{BadPing}", "bad-header"),
            ($"{Outer}/GRE(key_present=1,key=7,proto=0x800,routing_present=1)/{BadPing}", "bad-header"),
            ($"{Outer}/GRE(key_present=1,key=7,proto=0x800,chksum_present=1)/{BadPing}", "bad-checksum"),
            ($"{Outer}/GRE(key_present=1,key=7,proto=0x6558)/Ether()/{BadPing}", "unsupported"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=47)/Raw(bytes.fromhex('20000800'))", "truncated"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=47)/Raw(bytes.fromhex('20'))", "truncated"),
            ($"{Outer}/GRE(key_present=1,key=7,proto=0x800)/Raw(bytes({BadPing})[:11])", "truncated"),
            ($"{Outer}/GRE(key_present=1,key=7,proto=0x800)/Raw(bytes({BadPing})[:30])", "truncated"),
            ($"{Outer}/GRE(key_present=1,key=7,proto=0x800)/IP(src='{Theirs}',dst='{Ours}',chksum=1)/ICMP()", "bad-checksum"),
            // Sixty-four in each other, in fragments of IPv4.
            ($"fragment(IP(raw(nested(64, lambda inner: {Outer}/GRE(key_present=1,key=7,proto=0x800)/inner, {BadPing}))),fragsize=1400)", "loop"),
        ]),
        ("gre --checksum --sequence", $"{Outer}/GRE(chksum_present=1,seqnum_present=1,sequence_number=next(count),proto=0x800)/{Ping}",
        [
            ($"{Outer}/GRE(chksum_present=1,chksum=0x1234,seqnum_present=1,sequence_number=5,proto=0x800)/{BadPing}", "bad-checksum"),
            ($"{Outer}/GRE(seqnum_present=1,sequence_number=5,proto=0x800)/{BadPing}", "bad-checksum"),
            ($"{Outer}/GRE(chksum_present=1,key_present=1,key=7,seqnum_present=1,sequence_number=5,proto=0x800)/{BadPing}", "wrong-key"),
        ]),
        ("ipip", $"{Outer}/{Ping}",
        [
            ($"{Elsewhere}/{BadPing}", "wrong-source"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=4)/Raw(raw({BadPing6}))", "unsupported"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=4)/Raw(raw({BadPing})[:19])", "truncated"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=4)/Raw(b'\\x00'*40)", "bad-header"),
            ($"nested(64, lambda inner: {Outer}/inner, {BadPing})", "loop"),
        ]),
        ("sit", $"{Outer}/{Ping6}",
        [
            ($"{Elsewhere}/{BadPing6}", "wrong-source"),
            ($"{Outer}/IPv6(src='ff02::1',dst='fd92::1')/ICMPv6EchoRequest()", "spoofed-source"), // RFC 4213 §3.6
            ($"{Outer}/IPv6(src='::1',dst='fd92::1')/ICMPv6EchoRequest()", "spoofed-source"),
            ($"{Outer}/IPv6(src='::10.1.1.1',dst='fd92::1')/ICMPv6EchoRequest()", "spoofed-source"),
            ($"{Outer}/IPv6(src='::ffff:10.1.1.1',dst='fd92::1')/ICMPv6EchoRequest()", "spoofed-source"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=41)/Raw(raw({BadPing}))", "unsupported"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=41)/Raw(raw({BadPing6})[:39])", "truncated"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=41)/Raw(raw({BadPing6})[:45])", "truncated"),
        ]),
        ("ip6tnl --inner ipv6", $"{Outer6}/{Ping6}",
        [
            ($"IPv6(src='fd99::77',dst='fd99::1')/{BadPing6}", "wrong-source"),
            ($"IPv6(src='fd99::2',dst='fd99::1',nh=41)/Raw(raw({BadPing6})[:39])", "truncated"),
            ($"nested(30, lambda inner: {Outer6}/inner, {BadPing6})", "loop"),
        ]),
        ("etherip", $"{Outer}/EtherIP()/Ether(src='{TheirMac}',dst=tap)/{Ping}",
        [
            ($"{Elsewhere}/EtherIP()/Ether(src='{TheirMac}',dst=tap)/{BadPing}", "wrong-source"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=97)/Raw(bytes.fromhex('2000')+raw(Ether(src='{TheirMac}',dst=tap)/{BadPing}))", "bad-header"), // RFC 3378 §3: version 3
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=97)/Raw(bytes.fromhex('3001')+raw(Ether(src='{TheirMac}',dst=tap)/{BadPing}))", "bad-header"), // and the rest 0
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=97)/Raw(bytes.fromhex('30'))", "truncated"),
            ($"IP(src='10.99.0.2',dst='10.99.0.1',proto=97)/Raw(bytes.fromhex('3000')+b'\\x02'*13)", "truncated"),
        ]),
        ("vxlan --vni 42", $"{Outer}/UDP(sport=50000,dport=4789)/VXLAN(flags=8,vni=42)/Ether(src='{TheirMac}',dst=tap)/{Ping}",
        [
            ($"{Elsewhere}/UDP(sport=50000,dport=4789)/VXLAN(flags=8,vni=42)/Ether(src='{TheirMac}',dst=tap)/{BadPing}", "wrong-source"),
            ($"{Outer}/UDP(sport=50000,dport=4789)/VXLAN(flags=8,vni=43)/Ether(src='{TheirMac}',dst=tap)/{BadPing}", "wrong-key"),
            ($"{Outer}/UDP(sport=50000,dport=4789)/VXLAN(flags=0,vni=42)/Ether(src='{TheirMac}',dst=tap)/{BadPing}", "bad-header"), // RFC 7348 §5: the I flag
            ($"{Outer}/UDP(sport=50000,dport=4789)/Raw(bytes.fromhex('08000000000002'))", "truncated"),
            ($"{Outer}/UDP(sport=50000,dport=4789)/VXLAN(flags=8,vni=42)/Raw(b'\\x02'*13)", "truncated"),
        ]),
        ("geneve --vni 43", $"{Outer}/UDP(sport=50000,dport=6081)/GENEVE(vni=43,proto=0x6558,options=[GeneveOptions(classid=0x0101,type=1,data=b'abcd')])/Ether(src='{TheirMac}',dst=tap)/{Ping}",
        [
            ($"{Elsewhere}/UDP(sport=50000,dport=6081)/GENEVE(vni=43,proto=0x6558)/Ether(src='{TheirMac}',dst=tap)/{BadPing}", "wrong-source"),
            ($"{Outer}/UDP(sport=50000,dport=6081)/GENEVE(vni=42,proto=0x6558)/Ether(src='{TheirMac}',dst=tap)/{BadPing}", "wrong-key"),
            ($"{Outer}/UDP(sport=50000,dport=6081)/GENEVE(version=1,vni=43,proto=0x6558)/Ether(src='{TheirMac}',dst=tap)/{BadPing}", "bad-header"),
            ($"{Outer}/UDP(sport=50000,dport=6081)/GENEVE(vni=43,proto=0x6558,critical=1,options=[GeneveOptions(classid=0x0101,type=0x81,data=b'abcd')])/Ether(src='{TheirMac}',dst=tap)/{BadPing}", "unsupported"), // RFC 8926 §3.5
            ($"{Outer}/UDP(sport=50000,dport=6081)/GENEVE(vni=43,proto=0x800)/{BadPing}", "unsupported"),
            ($"{Outer}/UDP(sport=50000,dport=6081)/Raw(bytes.fromhex('02006558000 02b00'.replace(' ','')))", "truncated"), // two words of options that are not there
            ($"{Outer}/UDP(sport=50000,dport=6081)/Raw(bytes.fromhex('000065'))", "truncated"),
        ]),
    ];

    public static TheoryData<string> Types => [.. Cases.Select(c => c.Type)];

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Hostile_IsDroppedCountedAndNeverAnswered(string type)
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", PeerRequired.Scapy);
        (_, string good, (string Packet, string Reason)[] bad) = Cases.Single(c => c.Type == type);
        await using HostileSite site = await HostileSite.StartAsync(type);

        // Each by itself, so that a count tells of it alone; an honest packet after each says that it is through.
        Dictionary<string, long> before = await site.DropsAsync();
        foreach ((string packet, string reason) in bad)
        {
            IReadOnlyList<string[]> seen = await site.Scapy.ExchangeAsync([packet, good], Marker);
            Assert.True(seen.Count == 1, $"{packet}\nwas answered: {string.Join("\n", seen.Select(s => s[0]))}");
            Dictionary<string, long> now = await site.DropsAsync();
            string counted = string.Join(' ', now.Where(d => d.Value != before.GetValueOrDefault(d.Key)).Select(d => d.Key));
            Assert.True(counted == reason, $"{packet}\nexpected to be counted as {reason}, got \"{counted}\"");
            before = now;
        }

        // Then accidents by the thousand.
        long dropped = before.Values.Sum();
        await site.Scapy.MutateAsync(good, Mutations, Seed);
        const string after = "an honest p4cket";
        // A number that a mutation made the last one seen would shut honest packets out: RFC 2890 §2.2 has no cure for that.
        if (!type.Contains("sequence", StringComparison.Ordinal)) await site.Scapy.ExchangeAsync([good.Replace(Marker, after, StringComparison.Ordinal)], after);
        Assert.True((await site.DropsAsync()).Values.Sum() - dropped > Mutations / 50);
    }

    [Theory]
    [InlineData("gre", "GRE(proto=0x800)/", false)]
    [InlineData("ipip", "", false)]
    [InlineData("sit", "", true)]
    [InlineData("vxlan --vni 42", $"UDP(sport=50000,dport=4789)/VXLAN(flags=8,vni=42)/Ether(src='{TheirMac}',dst=tap)/", false)]
    public async Task Ecn_ComesOutAsRfc6040HasIt(string type, string between, bool six)
    {
        PeerRequired.Installed([PeerRequired.Root, "ip", "setpriv", PeerRequired.Scapy, .. PacketCapture.Needs]);
        await using HostileSite site = await HostileSite.StartAsync(type);
        await using PacketCapture capture = await PacketCapture.StartAsync(site.Left, HostileSite.Device);
        List<string> packets = [];
        List<int> expected = [];
        for (int outer = 0; outer < 4; outer++)
        {
            for (int inner = 0; inner < 4; inner++)
            {
                int number = (outer * 4) + inner + 1;
                string header = six ? $"IPv6(src='fd92::2',dst='fd92::1',tc={inner})/ICMPv6EchoReply(id=40,seq={number})" : $"IP(src='{Theirs}',dst='{Ours}',tos={inner})/ICMP(type=0,id=40,seq={number})";
                packets.Add($"IP(src='10.99.0.2',dst='10.99.0.1',tos={outer})/{between}{header}");
                expected.Add((outer, inner) switch { (3, 0) => -1, (3, _) => 3, (1, 2) => 1, _ => inner }); // RFC 6040 §4.2, figure 4
            }
        }

        long before = (await site.DropsAsync()).GetValueOrDefault("congestion");
        await site.Scapy.ExchangeAsync([.. packets, $"{Outer}/{between}{(six ? Ping6 : Ping)}"], Marker);
        IReadOnlyList<string[]> seen = six
            ? await capture.EndAsync("icmpv6.type == 129 && icmpv6.echo.identifier == 40", "icmpv6.echo.sequence_number", "ipv6.tclass.ecn")
            : await capture.EndAsync("icmp.type == 0 && icmp.ident == 40", "icmp.seq", "ip.dsfield.ecn");
        string[] wanted = [.. expected.Select((ecn, i) => (ecn, i)).Where(e => e.ecn >= 0).Select(e => $"{e.i + 1}:{e.ecn}")];
        string found = string.Join(' ', seen.Select(s => $"{s[0]}:{s[1]}"));
        Assert.True(string.Join(' ', wanted) == found, $"expected {string.Join(' ', wanted)}\ngot {found}\n{string.Join(' ', await site.DropsAsync())}");
        Assert.Equal(before + 1, (await site.DropsAsync())["congestion"]);
    }

    [Theory]
    [InlineData("gre", "")]
    [InlineData("gre --key 7", "key_present=1,key=7,")]
    public async Task GreKeepalive_IsSentBack(string type, string key)
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", PeerRequired.Scapy);
        await using HostileSite site = await HostileSite.StartAsync(type);
        // What comes back is the packet within, which the far end addressed to itself: protocol 0, so it goes nowhere there.
        IReadOnlyList<string[]> seen = await site.Scapy.ExchangeAsync(
            [$"{Outer}/GRE({key}proto=0x800)/IP(src='10.99.0.1',dst='10.99.0.2',proto=47)/GRE({key}proto=0)", $"{Outer}/GRE({key}proto=0x800)/{Ping}"], Marker,
            "p[IP].src", "p[IP].dst", "p[GRE].proto", "len(p[IP])");
        Assert.Equal(2, seen.Count);
        Assert.Equal(["10.99.0.1", "10.99.0.2", "0", key.Length > 0 ? "28" : "24"], seen[0]);
    }

    [Fact]
    public async Task EtherIp_MeetsScapy()
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "setpriv", PeerRequired.Scapy);
        await using HostileSite site = await HostileSite.StartAsync("etherip");
        // A request by ARP is answered within EtherIP, and so is a ping; every octet of the header is as RFC 3378 §3 draws it.
        IReadOnlyList<string[]> arp = await site.Scapy.ExchangeAsync(
            [$"{Outer}/EtherIP()/Ether(src='{TheirMac}',dst='ff:ff:ff:ff:ff:ff')/ARP(op=1,hwsrc='{TheirMac}',psrc='{Theirs}',pdst='{Ours}')"], "\u0006\u0004\u0000\u0002", // lengths of ARP, and its reply
            "p[IP].proto", "bytes(p[IP].payload)[:2].hex()", "Ether(bytes(p[IP].payload)[2:])[ARP].psrc", "Ether(bytes(p[IP].payload)[2:])[ARP].hwsrc == tap");
        Assert.Equal(["97", "3000", Ours, "True"], arp[^1]);
        IReadOnlyList<string[]> ping = await site.Scapy.ExchangeAsync(
            [$"{Outer}/EtherIP()/Ether(src='{TheirMac}',dst=tap)/{Ping}"], Marker,
            "bytes(p[IP].payload)[:2].hex()", "Ether(bytes(p[IP].payload)[2:])[ICMP].type", "Ether(bytes(p[IP].payload)[2:]).dst");
        Assert.Equal(["3000", "0", TheirMac], ping[^1]);
    }

    /// <summary>A link of ours towards scapy.</summary>
    private sealed class HostileSite : IAsyncDisposable
    {
        public const string Device = "link";
        private readonly NetworkNamespace _right;
        private readonly AditLink _link;

        private HostileSite(NetworkNamespace left, NetworkNamespace right, AditLink link, ScapyPeer scapy)
        {
            (Left, _right, _link, Scapy) = (left, right, link, scapy);
        }

        public NetworkNamespace Left { get; }

        public ScapyPeer Scapy { get; }

        public static async Task<HostileSite> StartAsync(string type)
        {
            (NetworkNamespace left, NetworkNamespace right) = await NetworkNamespace.CreatePairAsync();
            bool six = type.StartsWith("ip6", StringComparison.Ordinal);
            bool inner6 = six || type == "sit";
            // No chatter of the kernel's: no router solicitations, no duplicate detection.
            foreach (NetworkNamespace each in new[] { left, right }) await LinkTest.ShellAsync(each, "echo 0 >/proc/sys/net/ipv6/conf/default/router_solicitations; echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad; echo 1 >/proc/sys/net/ipv6/conf/default/addr_gen_mode");
            AditLink link = await AditLink.StartAsync(
                left, [.. type.Split(' '), "--local", six ? left.Address6 : left.Address4, "--remote", six ? right.Address6 : right.Address4, "--dev", Device, "--address", inner6 ? "fd92::1/64" : $"{Ours}/24"]);
            string tap = (await LinkTest.ShellAsync(left, $"cat /sys/class/net/{Device}/address 2>/dev/null; true")).Trim();
            if (tap.Length == 17) await LinkTest.IpAsync(left, $"neighbour replace {Theirs} lladdr {TheirMac} dev {Device}\n");
            string mac = (await LinkTest.ShellAsync(left, $"cat /sys/class/net/{NetworkNamespace.Interface}/address")).Trim();
            return new HostileSite(left, right, link, await ScapyPeer.StartAsync(right, NetworkNamespace.Interface, mac, tap.Length == 17 ? tap : "none"));
        }

        /// <summary>Drops by reason, so far.</summary>
        public async Task<Dictionary<string, long>> DropsAsync()
        {
            JsonElement drops = (await _link.LinkStatusAsync()).GetProperty("drops");
            return drops.EnumerateObject().ToDictionary(d => d.Name, d => d.Value.GetInt64());
        }

        public async ValueTask DisposeAsync()
        {
            await Scapy.DisposeAsync();
            await _link.DisposeAsync();
            await Left.DisposeAsync();
            await _right.DisposeAsync();
        }
    }
}
