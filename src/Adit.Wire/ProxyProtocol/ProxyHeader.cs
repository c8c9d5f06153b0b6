using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Adit.Wire.ProxyProtocol;

/// <summary>
/// The PROXY protocol's header, versions 1 and 2 ("The PROXY protocol", Willy Tarreau), by which a proxy in front tells who its client is.
/// <code>
/// v1  "PROXY" SP ("TCP4" | "TCP6") SP source SP destination SP source-port SP destination-port CRLF     107 octets at most; or "PROXY UNKNOWN" … CRLF
/// v2  0D 0A 0D 0A 00 0D 0A 51 55 49 54 0A   ver=2|cmd(0 LOCAL, 1 PROXY)   family|transport   length[2]   addresses   TLVs
///     11 = TCP4: 4+4+2+2 octets; 21 = TCP6: 16+16+2+2; other families are skipped
/// </code>
/// Theory of operation: whoever may connect can say anything in it, so it is believed from configured networks only, and there it must be present: what
/// may or may not be there can be forged. A header that tells no address (LOCAL, UNKNOWN) leaves the connection's own.
/// </summary>
/// <param name="Source">The client's address; null where the header tells none.</param>
/// <param name="Destination">The address that the client connected to; null where the header tells none. Of the same family as the source.</param>
public readonly record struct ProxyHeader(IPEndPoint? Source, IPEndPoint? Destination)
{
    /// <summary>Octets of the longest header of version 1 (§2.1).</summary>
    public const int LongestVersion1 = 107;

    /// <summary>Ours: octets of the longest header of version 2 taken: addresses and TLVs of common senders are far below. The specification's limit is 65551.</summary>
    public const int LongestVersion2 = 2048;

    private const int FixedLength = 16;

    /// <summary>The first octets of version 2.</summary>
    public static ReadOnlySpan<byte> Signature => [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];

    /// <summary>Reads a header of either version; never throws on input.</summary>
    /// <param name="source">What has arrived.</param>
    /// <param name="value">What it says.</param>
    /// <param name="consumed">Octets of the header; payload follows.</param>
    /// <returns>BadValue also where what has arrived begins no header.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ProxyHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        return source[0] == Signature[0] ? TryDecodeVersion2(source, out value, out consumed) : TryDecodeVersion1(source, out value, out consumed);
    }

    /// <summary>Encodes as version 1.</summary>
    public byte[] ToVersion1()
    {
        if (Source is null || Destination is null) return "PROXY UNKNOWN\r\n"u8.ToArray();
        (IPEndPoint from, IPEndPoint to) = Aligned(Source, Destination);
        string family = from.AddressFamily == AddressFamily.InterNetwork ? "TCP4" : "TCP6";
        return Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"PROXY {family} {Text(from.Address)} {Text(to.Address)} {from.Port} {to.Port}\r\n"));
    }

    /// <summary>Encodes as version 2.</summary>
    public byte[] ToVersion2()
    {
        if (Source is null || Destination is null) return [.. Signature, 0x20, 0x00, 0, 0]; // LOCAL
        (IPEndPoint from, IPEndPoint to) = Aligned(Source, Destination);
        int width = from.AddressFamily == AddressFamily.InterNetwork ? 4 : 16;
        byte[] octets = new byte[FixedLength + (2 * width) + 4];
        Signature.CopyTo(octets);
        octets[12] = 0x21;
        octets[13] = (byte)(width == 4 ? 0x11 : 0x21);
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(14), (ushort)((2 * width) + 4));
        from.Address.TryWriteBytes(octets.AsSpan(FixedLength), out _);
        to.Address.TryWriteBytes(octets.AsSpan(FixedLength + width), out _);
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(FixedLength + (2 * width)), (ushort)from.Port);
        BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(FixedLength + (2 * width) + 2), (ushort)to.Port);
        return octets;
    }

    private static DecodeStatus TryDecodeVersion2(ReadOnlySpan<byte> source, out ProxyHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        int known = Math.Min(source.Length, Signature.Length);
        if (!source[..known].SequenceEqual(Signature[..known])) return DecodeStatus.BadValue;
        if (source.Length > 12 && source[12] >> 4 != 2) return DecodeStatus.Unsupported;
        if (source.Length > 12 && (source[12] & 0x0f) > 1) return DecodeStatus.BadValue;
        if (source.Length < FixedLength) return DecodeStatus.Truncated;
        int length = BinaryPrimitives.ReadUInt16BigEndian(source[14..]);
        if (FixedLength + length > LongestVersion2) return DecodeStatus.BadLength;
        int width = source[13] switch { 0x11 => 4, 0x21 => 16, _ => 0 };
        bool isLocal = (source[12] & 0x0f) == 0;
        if (!isLocal && width > 0 && length < (2 * width) + 4) return DecodeStatus.BadLength;
        if (source.Length < FixedLength + length) return DecodeStatus.Truncated;
        consumed = FixedLength + length;
        if (isLocal || width == 0) return DecodeStatus.Ok;
        ReadOnlySpan<byte> a = source[FixedLength..];
        value = new ProxyHeader(
            new IPEndPoint(new IPAddress(a[..width]), BinaryPrimitives.ReadUInt16BigEndian(a[(2 * width)..])),
            new IPEndPoint(new IPAddress(a.Slice(width, width)), BinaryPrimitives.ReadUInt16BigEndian(a[((2 * width) + 2)..])));
        return DecodeStatus.Ok;
    }

    private static DecodeStatus TryDecodeVersion1(ReadOnlySpan<byte> source, out ProxyHeader value, out int consumed)
    {
        value = default;
        consumed = 0;
        ReadOnlySpan<byte> start = "PROXY "u8;
        int known = Math.Min(source.Length, start.Length);
        if (!source[..known].SequenceEqual(start[..known])) return DecodeStatus.BadValue;
        ReadOnlySpan<byte> window = source.Length > LongestVersion1 ? source[..LongestVersion1] : source;
        int end = window.IndexOf("\r\n"u8);
        if (end < 0)
        {
            if (window.Length == LongestVersion1) return DecodeStatus.BadLength;
            return window[..^1].ContainsAny((byte)'\r', (byte)'\n') || window[^1] == '\n' ? DecodeStatus.BadValue : DecodeStatus.Truncated;
        }

        string[] words = Encoding.Latin1.GetString(window[..end]).Split(' ');
        if (words.Length >= 2 && words[1] == "UNKNOWN")
        {
            consumed = end + 2;
            return DecodeStatus.Ok;
        }

        if (words.Length != 6 || words[1] is not ("TCP4" or "TCP6")) return DecodeStatus.BadValue;
        AddressFamily family = words[1] == "TCP4" ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        if (!TryAddress(words[2], family, out IPAddress? from) || !TryAddress(words[3], family, out IPAddress? to)
            || !TryPort(words[4], out int fromPort) || !TryPort(words[5], out int toPort))
        {
            return DecodeStatus.BadValue;
        }

        value = new ProxyHeader(new IPEndPoint(from!, fromPort), new IPEndPoint(to!, toPort));
        consumed = end + 2;
        return DecodeStatus.Ok;
    }

    private static bool TryAddress(string text, AddressFamily family, out IPAddress? address) =>
        IPAddress.TryParse(text, out address) && address.AddressFamily == family && !text.Contains('%', StringComparison.Ordinal)
        && (family == AddressFamily.InterNetworkV6 || text == address.ToString()); // no octal, no hexadecimal, no abbreviation

    private static bool TryPort(string text, out int port) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= 65535 && (text.Length == 1 || text[0] != '0');

    private static string Text(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork || address.ScopeId == 0 ? address.ToString() : new IPAddress(address.GetAddressBytes()).ToString();

    // One family for both: IPv4 where both are that or are mapped, else IPv6.
    private static (IPEndPoint From, IPEndPoint To) Aligned(IPEndPoint from, IPEndPoint to)
    {
        IPAddress a = Plain(from.Address), b = Plain(to.Address);
        if (a.AddressFamily != b.AddressFamily) (a, b) = (a.MapToIPv6(), b.MapToIPv6());
        return (new IPEndPoint(a, from.Port), new IPEndPoint(b, to.Port));
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
