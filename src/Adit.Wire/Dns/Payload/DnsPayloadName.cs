namespace Adit.Wire.Dns.Payload;

/// <summary>Octets in the labels of a name below a tunnel's domain.</summary>
/// <remarks>
/// Theory of operation: up, a payload is the name of a query; down, it is the data of the answer's record (<see cref="DnsPayloadData"/>). The first symbol of a
/// name, a letter from a to l, says how the others are written (<see cref="DnsNameEncoding"/>) and how large the answer may be (<see cref="DnsAnswerSize"/>); so a server keeps nothing of it,
/// and a client may change its mind with each query. All labels but the last before the domain are full, so that a payload has one name only.
/// </remarks>
public static class DnsPayloadName
{
    private const byte FirstMarker = (byte)'a';
    private const int Encodings = 4;
    private const int Markers = 3 * Encodings;

    /// <summary>How many octets fit into a name.</summary>
    /// <param name="encoding">How they are written.</param>
    /// <param name="domainLength">Octets of the domain, written out.</param>
    /// <param name="nameLength">Octets that the whole name may have, at most 255; a path that drops long names has less.</param>
    /// <returns>0 also when there is no room at all.</returns>
    public static int MaximumPayload(DnsNameEncoding encoding, int domainLength, int nameLength = DnsName.MaximumLength)
    {
        int room = Math.Min(nameLength, DnsName.MaximumLength) - domainLength;
        if (room < 3) return 0;
        int symbols = (room / (DnsName.MaximumLabelLength + 1) * DnsName.MaximumLabelLength) + Math.Max(0, (room % (DnsName.MaximumLabelLength + 1)) - 1) - 1;
        return encoding switch
        {
            DnsNameEncoding.Base229 => Base229.OctetsFor(symbols),
            DnsNameEncoding.Base32 => BitAlphabet.Base32.OctetsFor(symbols),
            _ => BitAlphabet.Base64.OctetsFor(symbols),
        };
    }

    /// <summary>Writes the name of a payload.</summary>
    /// <param name="payload">At most <see cref="MaximumPayload"/> octets.</param>
    /// <param name="encoding">How they are written.</param>
    /// <param name="answerSize">How large the answer may be.</param>
    /// <param name="domain">The domain, written out.</param>
    /// <param name="name">Room for the name, 255 octets always suffice.</param>
    /// <returns>Octets of the name.</returns>
    /// <exception cref="ArgumentException">The payload does not fit.</exception>
    public static int Encode(ReadOnlySpan<byte> payload, DnsNameEncoding encoding, DnsAnswerSize answerSize, ReadOnlySpan<byte> domain, Span<byte> name)
    {
        int most = MaximumPayload(encoding, domain.Length);
        if (domain.Length > DnsName.MaximumLength - 2 || payload.Length > most) throw new ArgumentException($"dns name: payload: expected at most {most} octets, got {payload.Length}", nameof(payload));
        Span<byte> symbols = stackalloc byte[DnsName.MaximumLength];
        symbols[0] = (byte)(FirstMarker + (int)encoding + (Encodings * (int)answerSize));
        int count = 1 + (encoding == DnsNameEncoding.Base229 ? Base229.Encode(payload, symbols[1..]) : Alphabet(encoding).Encode(payload, symbols[1..]));
        int written = 0;
        for (int at = 0; at < count; at += DnsName.MaximumLabelLength)
        {
            ReadOnlySpan<byte> label = symbols[at..Math.Min(count, at + DnsName.MaximumLabelLength)];
            name[written++] = (byte)label.Length;
            label.CopyTo(name[written..]);
            written += label.Length;
        }

        domain.CopyTo(name[written..]);
        return written + domain.Length;
    }

    /// <summary>Reads the payload of a name, in whatever case.</summary>
    /// <param name="name">A name below the domain, written out.</param>
    /// <param name="domainLength">Octets of the domain, written out.</param>
    /// <param name="payload">Room for the payload, 255 octets always suffice.</param>
    /// <param name="head">What the first symbol says, and how many octets the payload has.</param>
    /// <returns>BadLength: labels or symbols that <see cref="Encode"/> does not write; BadValue: a foreign symbol; Unsupported: another first symbol.</returns>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> name, int domainLength, Span<byte> payload, out DnsPayloadHead head)
    {
        head = default;
        Span<byte> symbols = stackalloc byte[DnsName.MaximumLength];
        int count = 0, end = name.Length - domainLength;
        for (int at = 0; at < end;)
        {
            int length = name[at];
            if (at + 1 + length < end && length != DnsName.MaximumLabelLength) return DecodeStatus.BadLength;
            name.Slice(at + 1, length).CopyTo(symbols[count..]);
            count += length;
            at += 1 + length;
        }

        if (count == 0) return DecodeStatus.BadLength;
        int marker = (symbols[0] | 0x20) - FirstMarker;
        if (marker is < 0 or >= Markers) return DecodeStatus.Unsupported;
        var encoding = (DnsNameEncoding)(marker % Encodings);
        symbols = symbols[1..count];
        DecodeStatus status = encoding == DnsNameEncoding.Base229
            ? Base229.TryDecode(symbols, payload, out int octets)
            : Alphabet(encoding).TryDecode(symbols, payload, out octets);
        if (status == DecodeStatus.Ok) head = new DnsPayloadHead(encoding, (DnsAnswerSize)(marker / Encodings), octets);
        return status;
    }

    private static BitAlphabet Alphabet(DnsNameEncoding encoding) => encoding switch
    {
        DnsNameEncoding.Base64 => BitAlphabet.Base64,
        DnsNameEncoding.Base64Url => BitAlphabet.Base64Url,
        DnsNameEncoding.Base32 => BitAlphabet.Base32,
        _ => throw new ArgumentOutOfRangeException(nameof(encoding), encoding, "dns name: expected an encoding"),
    };
}
