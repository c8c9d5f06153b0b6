using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Adit.Wire.Socks;

/// <summary>The address field of RFC 1928 §5, with its port: <c>ATYP, address, port</c>.</summary>
internal static class SocksAddress
{
    public const byte Ipv4 = 1;
    public const byte Name = 3;
    public const byte Ipv6 = 4;

    /// <summary>Octets of the longest form: ATYP, length, 255 octets of name, port.</summary>
    public const int MaximumLength = 1 + 1 + 255 + 2;

    /// <summary>How long the field is, as far as its first octets tell; 0 for an unknown type.</summary>
    /// <param name="source">The field from ATYP on, perhaps not complete.</param>
    public static int LengthOf(ReadOnlySpan<byte> source)
    {
        if (source.Length == 0) return 1;
        return source[0] switch
        {
            Ipv4 => 1 + 4 + 2,
            Ipv6 => 1 + 16 + 2,
            Name => source.Length < 2 ? 2 : 1 + 1 + source[1] + 2,
            _ => 0,
        };
    }

    /// <summary>Reads a complete field of a known type; false when the name is not one.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out string host, out int port)
    {
        ReadOnlySpan<byte> address = source[0] == Name ? source[2..^2] : source[1..^2];
        port = (source[^2] << 8) | source[^1];
        if (source[0] == Name) return TryReadName(address, out host);
        host = new IPAddress(address).ToString();
        return true;
    }

    /// <summary>Reads a host name: not empty, no white space and no control characters.</summary>
    public static bool TryReadName(ReadOnlySpan<byte> source, out string name)
    {
        name = "";
        if (source.Length == 0 || source.ContainsAnyInRange((byte)0, (byte)' ') || source.Contains((byte)0x7f)) return false;
        name = Encoding.UTF8.GetString(source);
        return true;
    }

    /// <summary>Writes a host, as an address where it is one, and the port.</summary>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">The name is empty or longer than 255 octets, or the port is none.</exception>
    public static int Write(Span<byte> destination, string host, int port)
    {
        int length;
        if (IPAddress.TryParse(host, out IPAddress? address))
        {
            length = Write(destination, address);
        }
        else
        {
            length = 2 + WriteName(destination[2..], host);
            destination[0] = Name;
            destination[1] = (byte)(length - 2);
        }

        return length + WritePort(destination[length..], port);
    }

    /// <summary>Writes an address and port; an IPv4 address mapped to IPv6 as IPv4.</summary>
    public static int Write(Span<byte> destination, IPEndPoint endPoint)
    {
        int length = Write(destination, endPoint.Address.IsIPv4MappedToIPv6 ? endPoint.Address.MapToIPv4() : endPoint.Address);
        return length + WritePort(destination[length..], endPoint.Port);
    }

    /// <summary>Writes the octets of a name.</summary>
    public static int WriteName(Span<byte> destination, string name)
    {
        int length = Encoding.UTF8.GetByteCount(name);
        if (length is 0 or > 255 || name.Contains('\0', StringComparison.Ordinal))
            throw new ArgumentException($"socks: host: expected a name of 1 to 255 octets, got {length}", nameof(name));
        return Encoding.UTF8.GetBytes(name, destination);
    }

    /// <summary>Writes a port.</summary>
    public static int WritePort(Span<byte> destination, int port)
    {
        if (port is < 0 or > 65535) throw new ArgumentOutOfRangeException(nameof(port), port, "socks: port: expected 0 to 65535");
        destination[0] = (byte)(port >> 8);
        destination[1] = (byte)port;
        return 2;
    }

    private static int Write(Span<byte> destination, IPAddress address)
    {
        destination[0] = address.AddressFamily == AddressFamily.InterNetwork ? Ipv4 : Ipv6;
        address.TryWriteBytes(destination[1..], out int length);
        return 1 + length;
    }
}
