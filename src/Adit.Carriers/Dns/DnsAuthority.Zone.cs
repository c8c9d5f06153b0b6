using System.Net;
using System.Net.Sockets;
using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <content>What any authoritative server answers.</content>
public sealed partial class DnsAuthority
{
    /// <summary>Whether a name of the zone exists beside payloads: a name server, or what lies between it and the domain.</summary>
    private static bool IsOwnName(DnsZone zone, ReadOnlySpan<byte> name)
    {
        for (int i = 0; i < zone.Servers.Count; i++)
        {
            if (DnsNameOctets.IsWithin(zone.Servers[i].Name.Octets, name)) return true;
        }

        return false;
    }

    private int WriteZoneAnswer(in DnsEcho echo, int index, bool isStream, Span<byte> answer)
    {
        DnsZone zone = _options.Zones[index];
        bool isApex = echo.Name.Length == zone.Domain.EncodedLength;
        if (!isApex && !IsOwnName(zone, echo.Name))
        {
            Counters.Minimised++;
            return WriteAbsent(echo, index, zone.MinimisedAnswer == DnsMinimisedAnswer.NameError ? DnsResponseCode.NameError : DnsResponseCode.NoError, isStream, answer);
        }

        DnsMessageWriter writer = Begin(echo, echo.Answer(DnsFlags.AuthoritativeAnswer), LimitOf(echo, isStream), answer);
        bool isWhole = true;
        int records = 0;
        if (isApex && echo.Type is DnsType.Soa or DnsType.Any)
        {
            isWhole &= writer.TryWriteStartOfAuthority(DnsSection.Answer, echo.Name, zone.TimeToLive, _startsOfAuthority[index]);
            records++;
        }

        if (isApex && echo.Type is DnsType.Ns)
        {
            foreach (DnsNameServer server in zone.Servers)
            {
                isWhole &= writer.TryWriteName(DnsSection.Answer, echo.Name, DnsType.Ns, zone.TimeToLive, server.Name.Octets);
                records++;
            }

            foreach (DnsNameServer server in zone.Servers) WriteGlue(ref writer, zone, server); // what does not fit is left out: RFC 2181 §9
        }

        if (isApex) isWhole &= WriteAddresses(ref writer, DnsSection.Answer, echo.Name, echo.Type, zone.TimeToLive, zone.Addresses, ref records);
        foreach (DnsNameServer server in zone.Servers)
        {
            if (DnsNameOctets.AreEqual(server.Name.Octets, echo.Name))
                isWhole &= WriteAddresses(ref writer, DnsSection.Answer, echo.Name, echo.Type, zone.TimeToLive, server.Addresses, ref records);
        }

        if (records == 0) return WriteAbsent(echo, index, DnsResponseCode.NoError, isStream, answer); // RFC 2308 §2.2
        if (!isWhole) return WriteTruncated(echo, answer);
        return End(ref writer, echo);
    }

    private static void WriteGlue(ref DnsMessageWriter writer, DnsZone zone, DnsNameServer server)
    {
        if (!DnsNameOctets.IsWithin(server.Name.Octets, zone.Domain.Octets)) return;
        int records = 0;
        _ = WriteAddresses(ref writer, DnsSection.Additional, server.Name.Octets, DnsType.A, zone.TimeToLive, server.Addresses, ref records)
            && WriteAddresses(ref writer, DnsSection.Additional, server.Name.Octets, DnsType.Aaaa, zone.TimeToLive, server.Addresses, ref records);
    }

    private static bool WriteAddresses(
        ref DnsMessageWriter writer, DnsSection section, ReadOnlySpan<byte> owner, DnsType type, uint timeToLive, IReadOnlyList<IPAddress> addresses, ref int records)
    {
        Span<byte> octets = stackalloc byte[16];
        foreach (IPAddress address in addresses)
        {
            DnsType of = address.AddressFamily == AddressFamily.InterNetwork ? DnsType.A : DnsType.Aaaa;
            if (type != of) continue;
            records++;
            if (!address.TryWriteBytes(octets, out int length) || !writer.TryWriteRecord(section, owner, of, timeToLive, octets[..length])) return false;
        }

        return true;
    }

    /// <summary>NXDOMAIN or NODATA with SOA, whose TTL is for how long that may be remembered (RFC 2308 §3).</summary>
    private int WriteAbsent(in DnsEcho echo, int index, DnsResponseCode code, bool isStream, Span<byte> answer)
    {
        DnsZone zone = _options.Zones[index];
        DnsMessageWriter writer = Begin(echo, echo.Answer(DnsFlags.AuthoritativeAnswer, code), LimitOf(echo, isStream), answer);
        if (!writer.TryWriteStartOfAuthority(DnsSection.Authority, zone.Domain.Octets, zone.NegativeTimeToLive, _startsOfAuthority[index])) return WriteTruncated(echo, answer);
        return End(ref writer, echo);
    }

    private int WriteTruncated(in DnsEcho echo, Span<byte> answer)
    {
        Counters.Truncated++;
        DnsMessageWriter writer = Begin(echo, echo.Answer(DnsFlags.AuthoritativeAnswer | DnsFlags.Truncated), LimitOf(echo, false), answer);
        return End(ref writer, echo);
    }

    private int WriteRefused(in DnsEcho echo, Span<byte> answer)
    {
        DnsMessageWriter writer = Begin(echo, echo.Answer(DnsFlags.None, DnsResponseCode.Refused), LimitOf(echo, false), answer);
        return End(ref writer, echo);
    }

    private int WriteFailure(in DnsEcho echo, Span<byte> answer)
    {
        Counters.Dropped++;
        DnsMessageWriter writer = Begin(echo, echo.Answer(DnsFlags.None, DnsResponseCode.ServerFailure), LimitOf(echo, false), answer);
        return End(ref writer, echo);
    }

    /// <summary>RFC 6891 §6.1.3: BADVERS, and the version that is known.</summary>
    private int WriteBadVersion(in DnsEcho echo, Span<byte> answer)
    {
        var writer = new DnsMessageWriter(answer[..DnsMessage.MaximumPlainLength], echo.Answer(DnsFlags.None));
        writer.TryWriteQuestion(echo.Name, echo.Type, echo.Class);
        writer.TryWriteEdns(new DnsEdns((ushort)_options.MaximumUdpLength, (int)DnsResponseCode.BadVersion >> 4, 0, echo.Edns is { IsDnssecOk: true }));
        return writer.Finish();
    }

    /// <summary>A header alone, for what could not be read or is not done.</summary>
    private static int WriteError(DnsHeader query, DnsResponseCode code, Span<byte> answer)
    {
        var header = new DnsHeader(query.Id, DnsFlags.Response | (query.Flags & DnsFlags.RecursionDesired), query.Opcode, code);
        return new DnsMessageWriter(answer[..DnsHeader.Length], header).Finish();
    }

    private static DnsMessageWriter Begin(in DnsEcho echo, DnsHeader header, int limit, Span<byte> answer)
    {
        var writer = new DnsMessageWriter(answer[..limit], header) { Reserved = echo.Edns is null ? 0 : DnsEdns.Length };
        writer.TryWriteQuestion(echo.Name, echo.Type, echo.Class);
        return writer;
    }

    /// <summary>RFC 6891 §6.1.1: OPT only for who sent one.</summary>
    private int End(ref DnsMessageWriter writer, in DnsEcho echo)
    {
        if (echo.Edns is { } edns) writer.TryWriteEdns(new DnsEdns((ushort)_options.MaximumUdpLength, 0, 0, edns.IsDnssecOk));
        return writer.Finish();
    }
}
