using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Adit.Wire.Ip;

/// <summary>An IPv4 address as a value: comparing, reading and writing it allocates nothing.</summary>
/// <param name="Value">The address, its first octet in the highest bits.</param>
public readonly record struct Ipv4Address(uint Value)
{
    /// <summary>Octets of an address.</summary>
    public const int Length = 4;

    /// <summary>Whether it is 0.0.0.0.</summary>
    public bool IsUnspecified => Value == 0;

    /// <summary>Whether it is in 127.0.0.0/8 (RFC 1122 §3.2.1.3).</summary>
    public bool IsLoopback => Value >> 24 == 127;

    /// <summary>Whether it is in 224.0.0.0/4 (RFC 1112 §4).</summary>
    public bool IsMulticast => Value >> 28 == 0b1110;

    /// <summary>Whether it is 255.255.255.255 (RFC 919 §7).</summary>
    public bool IsLimitedBroadcast => Value == uint.MaxValue;

    /// <summary>Whether it can name one host on a network: not in 0.0.0.0/8, 127.0.0.0/8 or 224.0.0.0/3 (RFC 1812 §5.3.7).</summary>
    public bool IsUnicast => Value >> 24 != 0 && !IsLoopback && Value >> 29 != 0b111;

    /// <summary>Reads four octets.</summary>
    /// <param name="source">At least four octets.</param>
    public static Ipv4Address Read(ReadOnlySpan<byte> source) => new(BinaryPrimitives.ReadUInt32BigEndian(source));

    /// <summary>Takes an address of the framework's.</summary>
    /// <param name="address">An IPv4 address, or one mapped into IPv6.</param>
    /// <exception cref="ArgumentException">It is neither.</exception>
    public static Ipv4Address From(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        if (plain.AddressFamily != AddressFamily.InterNetwork) throw new ArgumentException($"IPv4 address: expected one, got {address}", nameof(address));
        Span<byte> octets = stackalloc byte[Length];
        plain.TryWriteBytes(octets, out _);
        return Read(octets);
    }

    /// <summary>Reads dotted decimal text.</summary>
    /// <param name="text">As in 192.0.2.1.</param>
    /// <exception cref="FormatException">It is no address.</exception>
    public static Ipv4Address Parse(string text) => From(IPAddress.Parse(text));

    /// <summary>Writes four octets.</summary>
    /// <param name="destination">At least four octets.</param>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt32BigEndian(destination, Value);

    /// <summary>The same as the framework has it.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> octets = stackalloc byte[Length];
        Write(octets);
        return new IPAddress(octets);
    }

    /// <summary>Dotted decimal text.</summary>
    public override string ToString() => $"{Value >> 24}.{(Value >> 16) & 0xff}.{(Value >> 8) & 0xff}.{Value & 0xff}";
}
