using System.Net;

namespace Adit.Wire.Socks;

/// <summary>
/// The header before each datagram of a UDP association (RFC 1928 §7).
/// <code>
/// RSV=0[2] FRAG ATYP DST.ADDR DST.PORT DATA
/// </code>
/// </summary>
/// <param name="Fragment">0: a whole datagram. Others are dropped, which §7 has an implementation without reassembly do.</param>
/// <param name="Host">A name, or an address as text.</param>
/// <param name="Port">0 to 65535.</param>
public readonly record struct SocksDatagram(byte Fragment, string Host, int Port)
{
    /// <summary>Octets of the longest header that carries an address.</summary>
    public const int LongestAddressHeader = 3 + 1 + 16 + 2;

    /// <summary>Octets of the longest header.</summary>
    public const int LongestHeader = 3 + SocksAddress.MaximumLength;

    private const int AddressAt = 3;

    /// <summary>Reads the header of a whole datagram; never throws on input.</summary>
    /// <param name="source">The datagram.</param>
    /// <param name="value">What it says.</param>
    /// <param name="consumed">Octets of the header; data follows.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SocksDatagram value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.Length < AddressAt + 2) return DecodeStatus.Truncated;
        if (source[0] != 0 || source[1] != 0) return DecodeStatus.BadValue;
        int length = SocksAddress.LengthOf(source[AddressAt..]);
        if (length == 0) return DecodeStatus.BadValue;
        if (source.Length < AddressAt + length) return DecodeStatus.Truncated;
        if (!SocksAddress.TryRead(source.Slice(AddressAt, length), out string host, out int port)) return DecodeStatus.BadValue;
        value = new SocksDatagram(source[2], host, port);
        consumed = AddressAt + length;
        return DecodeStatus.Ok;
    }

    /// <summary>Writes the header of a whole datagram.</summary>
    /// <param name="destination">Room for <see cref="LongestAddressHeader"/> octets.</param>
    /// <param name="endPoint">Where the data comes from.</param>
    /// <returns>Octets written.</returns>
    public static int Write(Span<byte> destination, IPEndPoint endPoint)
    {
        ArgumentNullException.ThrowIfNull(endPoint);
        destination[..AddressAt].Clear();
        return AddressAt + SocksAddress.Write(destination[AddressAt..], endPoint);
    }

    /// <summary>Writes the header of a whole datagram.</summary>
    /// <param name="destination">Room for <see cref="LongestHeader"/> octets.</param>
    /// <param name="host">Where the data goes to: a name, or an address as text.</param>
    /// <param name="port">0 to 65535.</param>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">The name is empty or longer than 255 octets, or the port is none.</exception>
    public static int Write(Span<byte> destination, string host, int port)
    {
        destination[..AddressAt].Clear();
        return AddressAt + SocksAddress.Write(destination[AddressAt..], host, port);
    }
}
