using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <summary>How datagrams are written into queries on one route, as a probe found it. Immutable.</summary>
public sealed record DnsShape
{
    /// <summary>What passes wherever anything does, but for names that are limited in length: slow, and the place to begin.</summary>
    public static DnsShape Plain { get; } = new() { Encoding = DnsNameEncoding.Base32, NameLength = DnsName.MaximumLength, Type = DnsType.Txt, HasEdns = false };

    /// <summary>How names are written.</summary>
    public required DnsNameEncoding Encoding { get; init; }

    /// <summary>Octets of a name at most.</summary>
    public required int NameLength { get; init; }

    /// <summary>The type that is asked for.</summary>
    public required DnsType Type { get; init; }

    /// <summary>Whether answers of more than 512 octets come; then queries say so by EDNS.</summary>
    public required bool HasEdns { get; init; }

    /// <summary>Octets of an answer by TCP; 0 where that does not pass.</summary>
    public int Jumbo { get; init; }

    /// <summary>The size that names ask for.</summary>
    public DnsAnswerSize AnswerSize => HasEdns ? DnsAnswerSize.Usual : DnsAnswerSize.Small;

    /// <summary>Octets of a datagram up.</summary>
    /// <param name="domain">The domain.</param>
    public int Upstream(DnsDomainName domain) => DnsPayloadName.MaximumPayload(Encoding, domain.EncodedLength, NameLength);

    /// <summary>Octets of a datagram down, beside a short query: about, since a longer question leaves less.</summary>
    /// <param name="domain">The domain.</param>
    public int Downstream(DnsDomainName domain) => Math.Max(1, DnsPayloadData.MaximumPayload(Type, (HasEdns ? 1232 : 512) - 12 - 64 - 4 - 12 - 11 - domain.EncodedLength, Encoding, domain.EncodedLength) - DnsHeldTime.Length);

    /// <summary>Whether it carries less in one direction than another does, or fetches nothing large where that does.</summary>
    internal bool IsWorseThan(DnsShape other, DnsDomainName domain) => CarriesLessThan(other, domain) || (Jumbo == 0 && other.Jumbo > 0);

    /// <summary>Whether it carries less in one direction than another does, large answers aside.</summary>
    internal bool CarriesLessThan(DnsShape other, DnsDomainName domain) => Upstream(domain) < other.Upstream(domain) || Downstream(domain) < other.Downstream(domain);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out DnsShape? shape)
    {
        ArgumentNullException.ThrowIfNull(text);
        shape = null;
        string[] words = text.Split(' ');
        if (words.Length != 5
            || !TryParseEncoding(words[0], out DnsNameEncoding encoding)
            || !int.TryParse(words[1], NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length is < 64 or > DnsName.MaximumLength
            || !ushort.TryParse(words[2], NumberStyles.None, CultureInfo.InvariantCulture, out ushort type) || !DnsPayloadData.IsCarrier((DnsType)type)
            || words[3] is not ("edns" or "plain")
            || !int.TryParse(words[4], NumberStyles.None, CultureInfo.InvariantCulture, out int jumbo) || jumbo > DnsMessage.MaximumLength)
        {
            return false;
        }

        shape = new DnsShape { Encoding = encoding, NameLength = length, Type = (DnsType)type, HasEdns = words[3] == "edns", Jumbo = jumbo };
        return true;
    }

    /// <summary>In a line: encoding, octets of a name, type, <c>edns</c> or <c>plain</c>, octets by TCP.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{NameOf(Encoding)} {NameLength} {(int)Type} {(HasEdns ? "edns" : "plain")} {Jumbo}");

    /// <summary>An encoding's name, for people.</summary>
    public static string NameOf(DnsNameEncoding encoding) => encoding switch
    {
        DnsNameEncoding.Base229 => "base229",
        DnsNameEncoding.Base64 => "base64",
        DnsNameEncoding.Base64Url => "base64url",
        _ => "base32",
    };

    /// <summary>A type's name, for people.</summary>
    public static string NameOf(DnsType type) => type switch
    {
        DnsType.Txt => "TXT",
        DnsType.Null => "NULL",
        DnsType.Cname => "CNAME",
        _ => $"TYPE{(int)type}",
    };

    private static bool TryParseEncoding(string text, out DnsNameEncoding encoding)
    {
        foreach (DnsNameEncoding each in (ReadOnlySpan<DnsNameEncoding>)[DnsNameEncoding.Base229, DnsNameEncoding.Base64, DnsNameEncoding.Base64Url, DnsNameEncoding.Base32])
        {
            encoding = each;
            if (NameOf(each) == text) return true;
        }

        encoding = default;
        return false;
    }
}
