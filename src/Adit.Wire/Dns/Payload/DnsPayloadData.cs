namespace Adit.Wire.Dns.Payload;

/// <summary>Octets in the data of an answer: TXT as character strings, CNAME as a name (<see cref="DnsPayloadName"/>), NULL and types of private use as they are.</summary>
public static class DnsPayloadData
{
    private const int StringLength = 255;

    /// <summary>Whether payloads are asked for by a type.</summary>
    public static bool IsCarrier(DnsType type) => type is DnsType.Txt or DnsType.Null or DnsType.Cname or DnsType.Private65280 or DnsType.Private65399;

    /// <summary>How many octets fit.</summary>
    /// <param name="type">A carrier type.</param>
    /// <param name="room">Octets that the data may have.</param>
    /// <param name="encoding">How a CNAME's labels are written.</param>
    /// <param name="domainLength">Octets of the domain that a CNAME ends in.</param>
    public static int MaximumPayload(DnsType type, int room, DnsNameEncoding encoding, int domainLength) => type switch
    {
        DnsType.Txt => (room / (StringLength + 1) * StringLength) + Math.Max(0, (room % (StringLength + 1)) - 1),
        DnsType.Cname => DnsPayloadName.MaximumPayload(encoding, domainLength, room),
        _ => Math.Max(0, room),
    };

    /// <summary>Writes the data.</summary>
    /// <param name="type">A carrier type.</param>
    /// <param name="payload">At most <see cref="MaximumPayload"/> octets.</param>
    /// <param name="encoding">How a CNAME's labels are written.</param>
    /// <param name="domain">The domain that a CNAME ends in, written out.</param>
    /// <param name="data">Room for the data.</param>
    /// <returns>Octets of the data.</returns>
    public static int Encode(DnsType type, ReadOnlySpan<byte> payload, DnsNameEncoding encoding, ReadOnlySpan<byte> domain, Span<byte> data)
    {
        switch (type)
        {
            case DnsType.Cname: return DnsPayloadName.Encode(payload, encoding, DnsAnswerSize.Usual, domain, data);
            case DnsType.Txt:
                int written = 0;
                do
                {
                    ReadOnlySpan<byte> part = payload[..Math.Min(StringLength, payload.Length)];
                    data[written] = (byte)part.Length;
                    part.CopyTo(data[(written + 1)..]);
                    written += 1 + part.Length;
                    payload = payload[part.Length..];
                }
                while (payload.Length > 0);
                return written;
            default:
                payload.CopyTo(data);
                return payload.Length;
        }
    }

    /// <summary>Reads the payload of an answer.</summary>
    /// <param name="record">A record of a carrier type, from a checked message.</param>
    /// <param name="domainLength">Octets of the domain that a CNAME ends in.</param>
    /// <param name="payload">Room: as many octets as the data, 255 at least.</param>
    /// <param name="length">Octets of the payload.</param>
    /// <returns>Unsupported: another type; others as <see cref="DnsPayloadName.TryDecode"/>.</returns>
    public static DecodeStatus TryDecode(in DnsRecord record, int domainLength, Span<byte> payload, out int length)
    {
        length = 0;
        if (!IsCarrier(record.Type)) return DecodeStatus.Unsupported;
        ReadOnlySpan<byte> data = record.Data;
        if (record.Type == DnsType.Cname)
        {
            Span<byte> name = stackalloc byte[DnsName.MaximumLength];
            if (!record.TryGetDataName(out DnsName target) || target.Length <= domainLength) return DecodeStatus.BadLength;
            DecodeStatus status = DnsPayloadName.TryDecode(name[..target.CopyTo(name)], domainLength, payload, out DnsPayloadHead head);
            length = head.Length;
            return status;
        }

        if (record.Type != DnsType.Txt)
        {
            data.CopyTo(payload);
            length = data.Length;
            return DecodeStatus.Ok;
        }

        for (int at = 0; at < data.Length; at += 1 + data[at])
        {
            data.Slice(at + 1, data[at]).CopyTo(payload[length..]);
            length += data[at];
        }

        return DecodeStatus.Ok;
    }
}
