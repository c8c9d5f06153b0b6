using System.Net;
using System.Net.Sockets;
using System.Numerics;

namespace Adit.Gateway.Addresses;

/// <summary>
/// The addresses that a gateway leases, numbered: number 1 is the gateway's own, the clients' begin at 2. A number stands for the same place in the IPv4 and the IPv6 network, so that one lease has an address of each. Immutable.
/// </summary>
public sealed class AddressPool
{
    /// <summary>The gateway's own number.</summary>
    public const int Gateway = 1;

    /// <summary>The first number that is leased.</summary>
    public const int First = 2;

    /// <summary>Ours: numbers at most, whatever the networks hold; the table of leases takes some hundred octets for each.</summary>
    public const int Most = 65_535;

    private readonly IReadOnlyList<IPNetwork> _networks;

    /// <summary>Makes a pool.</summary>
    /// <param name="networks">One network, or one of each family; each of four addresses at least.</param>
    /// <exception cref="ArgumentException">They are other ones.</exception>
    public AddressPool(IReadOnlyList<IPNetwork> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (WhyNot(networks) is { } why) throw new ArgumentException(why, nameof(networks));
        _networks = networks;
        Last = networks.Min(LastOf);
    }

    /// <summary>The last number.</summary>
    public int Last { get; }

    /// <summary>The networks.</summary>
    public IReadOnlyList<IPNetwork> Networks => _networks;

    /// <summary>What is wrong with networks for a pool.</summary>
    /// <param name="networks">The networks.</param>
    /// <returns>Null when nothing is.</returns>
    public static string? WhyNot(IReadOnlyList<IPNetwork> networks)
    {
        ArgumentNullException.ThrowIfNull(networks);
        if (networks.Count is 0 or > 2 || networks.Select(n => n.BaseAddress.AddressFamily).Distinct().Count() != networks.Count) return $"expected one network, or one of each family, got {networks.Count}";
        foreach (IPNetwork network in networks)
        {
            int bits = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork ? 32 : 128;
            if (network.PrefixLength > bits - 2) return $"{network}: expected four addresses at least";
        }

        return null;
    }

    /// <summary>The addresses of a number, IPv4 before IPv6 where that is the order of the networks.</summary>
    /// <param name="number">1 to <see cref="Last"/>.</param>
    public IReadOnlyList<IPAddress> AddressesOf(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, Gateway);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(number, Last);
        return [.. _networks.Select(n => Add(n.BaseAddress, number))];
    }

    private static int LastOf(IPNetwork network)
    {
        bool is4 = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
        int host = (is4 ? 32 : 128) - network.PrefixLength;
        if (host > 16) return Most;
        // The last of an IPv4 network is its broadcast address (RFC 919).
        return Math.Min(Most, (1 << host) - (is4 ? 2 : 1));
    }

    private static IPAddress Add(IPAddress first, int number)
    {
        byte[] octets = first.GetAddressBytes();
        BigInteger sum = new BigInteger(octets, isUnsigned: true, isBigEndian: true) + number;
        byte[] result = sum.ToByteArray(isUnsigned: true, isBigEndian: true);
        octets.AsSpan().Clear();
        result.CopyTo(octets, octets.Length - result.Length);
        return new IPAddress(octets);
    }
}
