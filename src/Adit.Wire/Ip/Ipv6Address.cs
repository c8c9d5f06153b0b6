using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Adit.Wire.Ip;

/// <summary>An IPv6 address as a value: comparing, reading and writing it allocates nothing. It has no zone.</summary>
/// <param name="High">Its first eight octets, the first in the highest bits.</param>
/// <param name="Low">Its last eight octets.</param>
public readonly record struct Ipv6Address(ulong High, ulong Low)
{
    /// <summary>Octets of an address.</summary>
    public const int Length = 16;

    /// <summary>Whether it is :: (RFC 4291 §2.5.2).</summary>
    public bool IsUnspecified => High == 0 && Low == 0;

    /// <summary>Whether it is ::1 (RFC 4291 §2.5.3).</summary>
    public bool IsLoopback => High == 0 && Low == 1;

    /// <summary>Whether it is in ff00::/8 (RFC 4291 §2.7).</summary>
    public bool IsMulticast => High >> 56 == 0xff;

    /// <summary>Whether it is in fe80::/10 (RFC 4291 §2.5.6).</summary>
    public bool IsLinkLocal => High >> 54 == 0xfe80 >> 6;

    /// <summary>Whether it is in ::ffff:0:0/96 (RFC 4291 §2.5.5.2).</summary>
    public bool IsIpv4Mapped => High == 0 && Low >> 32 == 0xffff;

    /// <summary>Whether it is in ::/96, :: and ::1 included (RFC 4291 §2.5.5.1).</summary>
    public bool IsIpv4Compatible => High == 0 && Low >> 32 == 0;

    /// <summary>The IPv4 address in its last four octets.</summary>
    public Ipv4Address EmbeddedIpv4 => new((uint)Low);

    /// <summary>Reads sixteen octets.</summary>
    /// <param name="source">At least sixteen octets.</param>
    public static Ipv6Address Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt64BigEndian(source), BinaryPrimitives.ReadUInt64BigEndian(source[8..]));

    /// <summary>Takes an address of the framework's; its zone is left out.</summary>
    /// <param name="address">An IPv6 address.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Ipv6Address From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily != AddressFamily.InterNetworkV6) throw new ArgumentException($"IPv6 address: expected one, got {address}", nameof(address));
        Span<byte> octets = stackalloc byte[Length];
        address.TryWriteBytes(octets, out _);
        return Read(octets);
    }

    /// <summary>Reads text (RFC 4291 §2.2).</summary>
    /// <param name="text">As in 2001:db8::1.</param>
    /// <exception cref="FormatException">It is no address.</exception>
    public static Ipv6Address Parse(string text) => From(IPAddress.Parse(text));

    /// <summary>Writes sixteen octets.</summary>
    /// <param name="destination">At least sixteen octets.</param>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>The same as the framework has it.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> octets = stackalloc byte[Length];
        Write(octets);
        return new IPAddress(octets);
    }

    /// <summary>The text that RFC 5952 recommends.</summary>
    public override string ToString() => ToIPAddress().ToString();
}
