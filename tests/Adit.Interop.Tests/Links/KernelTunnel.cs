namespace Adit.Interop.Tests.Links;

/// <summary>One kind of tunnel between "adit link" and the kernel of the guest. Each has outer and inner addresses of its own, so that all stand in one guest at once.</summary>
/// <param name="Name">What tests call it.</param>
/// <param name="Number">Unique; it is part of the addresses.</param>
/// <param name="Adit">What follows "adit link" before the addresses.</param>
/// <param name="Kernel">What follows "ip link add NAME type" before the addresses.</param>
/// <param name="Mtu">The inner MTU over a path of 1500 octets; null where the kernel's own default is another (it leaves no room for the link it bridges).</param>
internal sealed record KernelTunnel(string Name, int Number, string[] Adit, string Kernel, int? Mtu)
{
    public const uint Key = 0x00abcdef;

    /// <summary>Every kind. What follows "adit link" says only what differs from its defaults.</summary>
    public static readonly IReadOnlyList<KernelTunnel> All =
    [
        new("gre", 1, ["gre"], "gre", 1476),
        new("gre-csum", 2, ["gre", "--checksum"], "gre csum", 1472),
        new("gre-key", 3, ["gre", "--key", "11259375"], "gre key 11259375", 1472),
        new("gre-csum-seq-key", 4, ["gre", "--checksum", "--sequence", "--key", "11259375"], "gre csum seq key 11259375", 1464),
        new("gretap", 5, ["gretap"], "gretap", 1462),
        new("gretap-key", 6, ["gretap", "--key", "11259375"], "gretap key 11259375", 1458),
        new("ipip", 7, ["ipip"], "ipip", 1480) { Inner6 = false },
        new("sit", 8, ["sit"], "sit", 1480) { Inner4 = false },
        new("4in6", 9, ["ip6tnl", "--encap-limit", "none"], "ip6tnl mode ipip6 encaplimit none", 1460) { Outer6 = true, Inner6 = false },
        new("ip6ip6", 10, ["ip6tnl", "--encap-limit", "none"], "ip6tnl mode ip6ip6 encaplimit none", 1460) { Outer6 = true, Inner4 = false },
        new("4in6-encaplimit", 19, ["ip6tnl"], "ip6tnl mode ipip6", 1452) { Outer6 = true, Inner6 = false }, // both kernels' and ours: 4
        new("ip6ip6-encaplimit", 20, ["ip6tnl"], "ip6tnl mode ip6ip6", 1452) { Outer6 = true, Inner4 = false },
        new("ip6gre", 11, ["ip6gre"], "ip6gre", 1448) { Outer6 = true },
        new("ip6gre-csum-seq-key", 12, ["ip6gre", "--encap-limit", "none", "--checksum", "--sequence", "--key", "11259375"], "ip6gre encaplimit none csum seq key 11259375", 1444) { Outer6 = true },
        new("ip6gretap", 13, ["ip6gretap"], "ip6gretap", 1434) { Outer6 = true },
        new("vxlan", 14, ["vxlan", "--vni", "42", "--port", "4789"], "vxlan id 42 dstport 4789", 1450),
        new("vxlan6", 15, ["vxlan", "--vni", "43", "--port", "4789"], "vxlan id 43 dstport 4789", 1430) { Outer6 = true },
        new("geneve", 16, ["geneve", "--vni", "44"], "geneve id 44 dstport 6081", 1450),
        new("geneve6", 17, ["geneve", "--vni", "45"], "geneve id 45 dstport 6081", 1430) { Outer6 = true },
        new("gre-seq", 18, ["gre", "--sequence"], "gre seq", 1472),
    ];

    public bool Outer6 { get; init; }

    public bool Inner4 { get; init; } = true;

    public bool Inner6 { get; init; } = true;

    /// <summary>What the guest's device is called.</summary>
    public string KernelDevice => $"k{Number}";

    /// <summary>What ours is called.</summary>
    public string AditDevice => $"a{Number}";

    public string Local => Outer(Ours);

    public string Remote => Outer(Theirs);

    /// <summary>Our inner addresses, without a length.</summary>
    public IReadOnlyList<string> OurInner => Inner(Ours);

    /// <summary>The guest's.</summary>
    public IReadOnlyList<string> TheirInner => Inner(Theirs);

    private const int Ours = 1;
    private const int Theirs = 2;

    public static KernelTunnel Named(string name) => All.First(t => t.Name == name);

    /// <summary>Outer addresses with their lengths, of all kinds: ours (1) or the guest's (2).</summary>
    public static IReadOnlyList<string> OuterAddresses(int side) => [.. All.Select(t => t.Outer6 ? $"{t.Outer(side)}/64" : $"{t.Outer(side)}/24")];

    /// <summary>ip(8)'s commands for the guest's end.</summary>
    public string KernelCommands()
    {
        bool overUdp = Adit[0] is "vxlan" or "geneve";
        string ttl = overUdp ? "" : " ttl 64";
        string local = Adit[0] == "geneve" ? "" : $" local {Remote}"; // it has none
        return $"link add {KernelDevice} type {Kernel}{local} remote {Local}{ttl}\n" +
            string.Concat(TheirInner.Select(a => $"address add {WithLength(a)} dev {KernelDevice}{(a.Contains(':') ? " nodad" : "")}\n")) +
            $"link set {KernelDevice} up{(overUdp ? $" mtu {Mtu}" : "")}\n"; // without a device below, the kernel's default is 1500
    }

    /// <summary>What follows "adit link" for our end.</summary>
    public string[] AditArguments() =>
        [.. Adit, "--local", Local, "--remote", Remote, "--dev", AditDevice, .. OurInner.SelectMany(a => new[] { "--address", WithLength(a) })];

    private static string WithLength(string address) => address.Contains(':') ? $"{address}/64" : $"{address}/24";

    private string Outer(int side) => Outer6 ? $"fd90:{Number:x}::{side}" : $"10.90.{Number}.{side}";

    private List<string> Inner(int side)
    {
        List<string> inner = [];
        if (Inner4) inner.Add($"10.91.{Number}.{side}");
        if (Inner6) inner.Add($"fd91:{Number:x}::{side}");
        return inner;
    }
}
