using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Adit.Wire.Dns;

/// <summary>A name that is kept: immutable, of any octets, equal to others without regard to case. The default is the root.</summary>
public readonly struct DnsDomainName : IWireValue<DnsDomainName>, IEquatable<DnsDomainName>
{
    private static readonly byte[] RootOctets = [0];

    private readonly byte[]? _octets;

    private DnsDomainName(byte[] octets)
    {
        _octets = octets;
    }

    /// <summary>The name written out: length and label again and again, and a 0.</summary>
    public ReadOnlySpan<byte> Octets => _octets ?? RootOctets;

    /// <inheritdoc/>
    public int EncodedLength => Octets.Length;

    /// <summary>Whether two names are the same, without regard to case.</summary>
    public static bool operator ==(DnsDomainName left, DnsDomainName right) => left.Equals(right);

    /// <summary>Whether two names differ by more than case.</summary>
    public static bool operator !=(DnsDomainName left, DnsDomainName right) => !left.Equals(right);

    /// <summary>Reads a name as zone files write it (RFC 1035 §5.1): <c>\.</c> and <c>\DDD</c> stand for octets; the last dot may be missing.</summary>
    /// <exception cref="FormatException">It is no name.</exception>
    public static DnsDomainName Parse(string text) => TryParse(text, out DnsDomainName name)
        ? name
        : throw new FormatException($"dns name: expected labels of 1 to 63 octets, 255 octets in all, got '{text}'");

    /// <inheritdoc cref="Parse"/>
    public static bool TryParse([NotNullWhen(true)] string? text, out DnsDomainName name)
    {
        name = default;
        if (string.IsNullOrEmpty(text)) return false;
        if (text == ".") return true;
        Span<byte> octets = stackalloc byte[DnsName.MaximumLength];
        int label = 0, at = 1;
        for (int i = 0; i < text.Length; i++)
        {
            int octet = text[i];
            if (octet == '.')
            {
                if (!TryEndLabel(octets, ref label, ref at)) return false;
                continue;
            }

            if (octet == '\\' && !TryUnescape(text, ref i, out octet)) return false;
            if (octet > 0xff || at >= DnsName.MaximumLength - 1) return false;
            octets[at++] = (byte)octet;
        }

        if (at > label + 1 && !TryEndLabel(octets, ref label, ref at)) return false;
        octets[label] = 0;
        name = new DnsDomainName(octets[..(label + 1)].ToArray());
        return true;
    }

    /// <inheritdoc/>
    /// <remarks>Without compression: a name alone.</remarks>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out DnsDomainName value, out int consumed)
    {
        (value, consumed) = (default, 0);
        DecodeStatus status = DnsName.TryDecode(source, 0, out DnsName name, out int end);
        if (status != DecodeStatus.Ok) return status;
        value = new DnsDomainName(name.Octets.ToArray());
        consumed = end;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, EncodedLength, "dns name");
        Octets.CopyTo(destination);
        return EncodedLength;
    }

    /// <inheritdoc/>
    public bool Equals(DnsDomainName other) => DnsNameOctets.AreEqual(Octets, other.Octets);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is DnsDomainName other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        Span<byte> folded = stackalloc byte[DnsName.MaximumLength];
        DnsNameOctets.Fold(Octets, folded);
        var hash = default(HashCode);
        hash.AddBytes(folded[..EncodedLength]);
        return hash.ToHashCode();
    }

    /// <summary>As zone files write it, with its last dot.</summary>
    public override string ToString()
    {
        ReadOnlySpan<byte> octets = Octets;
        if (octets.Length == 1) return ".";
        var text = new StringBuilder();
        for (int at = 0; octets[at] != 0; at += 1 + octets[at])
        {
            foreach (byte octet in octets.Slice(at + 1, octets[at]))
            {
                if (octet is (byte)'.' or (byte)'\\') text.Append('\\').Append((char)octet);
                else if (octet is <= 0x20 or >= 0x7f) text.Append(CultureInfo.InvariantCulture, $"\\{octet:D3}");
                else text.Append((char)octet);
            }

            text.Append('.');
        }

        return text.ToString();
    }

    private static bool TryEndLabel(Span<byte> octets, ref int label, ref int at)
    {
        int length = at - label - 1;
        if (length is < 1 or > DnsName.MaximumLabelLength) return false;
        octets[label] = (byte)length;
        label = at++;
        return true;
    }

    private static bool TryUnescape(string text, ref int i, out int octet)
    {
        octet = 0;
        if (i + 1 >= text.Length) return false;
        if (!char.IsAsciiDigit(text[i + 1]))
        {
            octet = text[++i];
            return true;
        }

        if (i + 3 >= text.Length || !byte.TryParse(text.AsSpan(i + 1, 3), NumberStyles.None, CultureInfo.InvariantCulture, out byte value)) return false;
        octet = value;
        i += 3;
        return true;
    }
}
