using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Adit.Core.Policy;

/// <summary>
/// Tells the class of a <i>resolved</i> address. IPv6 addresses that carry an IPv4 one (mapped, compatible, translated by NAT64, 6to4) are what
/// the IPv4 one is, so that no spelling of an address walks past a rule.
/// </summary>
public static class AddressClassifier
{
    // Published by the clouds: AWS, GCP, Azure, OpenStack, DigitalOcean 169.254.169.254; AWS ECS tasks 169.254.170.2 and EKS pods 169.254.170.23;
    // AWS time-and-metadata range over IPv6 fd00:ec2::/32; GCP over IPv6 fd20:ce::254; Alibaba 100.100.100.200; Azure's host agent 168.63.129.16;
    // Oracle 192.0.0.192.
    private static readonly IPNetwork[] MetadataNetworks =
    [
        IPNetwork.Parse("169.254.169.254/32"), IPNetwork.Parse("169.254.170.2/32"), IPNetwork.Parse("169.254.170.23/32"),
        IPNetwork.Parse("fd00:ec2::/32"), IPNetwork.Parse("fd20:ce::254/128"), IPNetwork.Parse("100.100.100.200/32"),
        IPNetwork.Parse("168.63.129.16/32"), IPNetwork.Parse("192.0.0.192/32"),
    ];

    private static readonly (IPNetwork Network, AddressClass Class)[] Table =
    [
        (IPNetwork.Parse("127.0.0.0/8"), AddressClass.Loopback),        // RFC 1122 §3.2.1.3
        (IPNetwork.Parse("0.0.0.0/8"), AddressClass.Unspecified),       // RFC 1122 §3.2.1.3
        (IPNetwork.Parse("169.254.0.0/16"), AddressClass.LinkLocal),    // RFC 3927
        (IPNetwork.Parse("10.0.0.0/8"), AddressClass.Private),          // RFC 1918
        (IPNetwork.Parse("172.16.0.0/12"), AddressClass.Private),
        (IPNetwork.Parse("192.168.0.0/16"), AddressClass.Private),
        (IPNetwork.Parse("100.64.0.0/10"), AddressClass.Private),       // RFC 6598
        (IPNetwork.Parse("224.0.0.0/4"), AddressClass.Multicast),       // RFC 5771
        (IPNetwork.Parse("255.255.255.255/32"), AddressClass.Multicast),
        (IPNetwork.Parse("192.0.0.0/24"), AddressClass.Reserved),       // RFC 6890
        (IPNetwork.Parse("192.0.2.0/24"), AddressClass.Reserved),       // RFC 5737
        (IPNetwork.Parse("198.51.100.0/24"), AddressClass.Reserved),
        (IPNetwork.Parse("203.0.113.0/24"), AddressClass.Reserved),
        (IPNetwork.Parse("198.18.0.0/15"), AddressClass.Reserved),      // RFC 2544
        (IPNetwork.Parse("240.0.0.0/4"), AddressClass.Reserved),        // RFC 1112 §4
        (IPNetwork.Parse("::1/128"), AddressClass.Loopback),            // RFC 4291 §2.5.3
        (IPNetwork.Parse("::/128"), AddressClass.Unspecified),          // RFC 4291 §2.5.2
        (IPNetwork.Parse("fe80::/10"), AddressClass.LinkLocal),         // RFC 4291 §2.5.6
        (IPNetwork.Parse("fc00::/7"), AddressClass.Private),            // RFC 4193
        (IPNetwork.Parse("fec0::/10"), AddressClass.Private),           // RFC 3879
        (IPNetwork.Parse("ff00::/8"), AddressClass.Multicast),          // RFC 4291 §2.7
        (IPNetwork.Parse("2001:db8::/32"), AddressClass.Reserved),      // RFC 3849
        (IPNetwork.Parse("3fff::/20"), AddressClass.Reserved),          // RFC 9637
        (IPNetwork.Parse("100::/64"), AddressClass.Reserved),           // RFC 6666
    ];

    /// <summary>The class of an address.</summary>
    /// <param name="address">Resolved; a scope id does not count.</param>
    public static AddressClass Classify(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        IPAddress plain = Unwrap(address);
        foreach (IPNetwork network in MetadataNetworks)
            if (network.Contains(plain)) return AddressClass.Metadata;
        foreach ((IPNetwork network, AddressClass c) in Table)
            if (network.Contains(plain)) return c;
        return AddressClass.Global;
    }

    /// <summary>The IPv4 address inside an IPv6 one, or the address itself, without its scope id.</summary>
    public static IPAddress Unwrap(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        Span<byte> octets = stackalloc byte[16];
        if (!address.TryWriteBytes(octets, out _)) return address;
        ulong high = BinaryPrimitives.ReadUInt64BigEndian(octets);
        uint third = BinaryPrimitives.ReadUInt32BigEndian(octets[8..]);
        uint last = BinaryPrimitives.ReadUInt32BigEndian(octets[12..]);
        if (high == 0 && third == 0x0000_ffff) return new IPAddress(octets[12..]);                     // ::ffff:0:0/96, RFC 4291 §2.5.5.2
        if (high == 0 && third == 0xffff_0000) return new IPAddress(octets[12..]);                     // ::ffff:0:0:0/96, RFC 2765 §2.1
        if (high == 0 && third == 0 && last > 1) return new IPAddress(octets[12..]);                   // ::/96, RFC 4291 §2.5.5.1
        if (high == 0x0064_ff9b_0000_0000 && third == 0) return new IPAddress(octets[12..]);           // 64:ff9b::/96, RFC 6052 §2.1
        if (high >> 16 == 0x0064_ff9b_0001) return new IPAddress(octets[12..]);                        // 64:ff9b:1::/48, RFC 8215
        if (high >> 48 == 0x2002) return new IPAddress(octets[2..6]);                                  // 2002::/16, RFC 3056 §2
        return address.ScopeId == 0 ? address : new IPAddress(octets);
    }
}
