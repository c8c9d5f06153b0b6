using System.Net;
using Adit.Carriers.Dns;
using Adit.Wire;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.TestKit.Codecs;

/// <summary>Everything of DNS that takes octets from a peer.</summary>
public static class DnsTargets
{
    /// <summary>Messages that scapy wrote.</summary>
    public static IReadOnlyDictionary<string, byte[]> Messages { get; } = new Dictionary<string, byte[]>
    {
        ["query"] = Octets.Of("1234010000010000000000010261420654756e6e656c076578616d706c65000010000100002904d0000080000000"),
        ["txt"] = Octets.Of("1234850000010001000000000174076578616d706c6500001000010174076578616d706c650000100001000000000007036162630200ff"),
        ["soa"] = Octets.Of("00078503000100000001000101780174076578616d706c6500000100010174076578616d706c6500000600010000003c002f026e730174076578616d706c6500"
            + "01680174076578616d706c6500000000010000000200000003000000040000000500002904d0000080000000"),
        ["ns"] = Octets.Of("0007850000010001000000010174076578616d706c6500000200010174076578616d706c6500000200010000003c000e026e730174076578616d706c6500"
            + "026e730174076578616d706c6500000100010000003c0004c0000201"),
        ["cname"] = Octets.Of("00098100000100010000000001710174076578616d706c65000005000101710174076578616d706c65000005000100000000001004646174610174076578616d706c6500"),
        ["null"] = Octets.Of("00098380000100010000000001710174076578616d706c6500000a000101710174076578616d706c6500000a0001000000000003010203"),
        ["compressed"] = Octets.Of("00098100000100010000000001710174076578616d706c650000050001c00c000500010000000000070464617461c00e"),
        ["compressed soa"] = Octets.Of("00078503000100000001000101780174076578616d706c650000010001c00e000600010000003c001d026e73c00e0168c00e0000000100000002000000030000000400000005"
            + "00002904d0000080000000"),
        ["compressed ns"] = Octets.Of("0007850000010001000000020174076578616d706c650000020001c00c000200010000003c0005026e73c00cc027000100010000003c0004c0000201"
            + "c027001c00010000003c001020010db8000000000000000000000001"),
    };

    /// <summary>The codecs' cases.</summary>
    public static IReadOnlyList<CodecCase> Cases { get; } =
    [
        new CodecCase<DnsHeader>(
            new DnsHeader(0x1234, DnsFlags.Response | DnsFlags.AuthoritativeAnswer | DnsFlags.RecursionDesired, DnsOpcode.Query, DnsResponseCode.NameError)
            {
                QuestionCount = 1, AnswerCount = 2, AuthorityCount = 3, AdditionalCount = 4,
            },
            "1234 8503 u16:1 u16:2 u16:3 u16:4"),
        new CodecCase<DnsHeader>(
            new DnsHeader(1, DnsFlags.Truncated | DnsFlags.RecursionAvailable | DnsFlags.AuthenticData | DnsFlags.CheckingDisabled, DnsOpcode.Update, DnsResponseCode.Refused),
            "0001 2ab5 00000000 00000000",
            "every other bit"),
        new CodecCase<DnsDomainName>(DnsDomainName.Parse("aB.Tunnel.example"), "02 'aB' 06 'Tunnel' 07 'example' 00"),
        new CodecCase<DnsDomainName>(default, "00", "root"),
        new CodecCase<DnsDomainName>(DnsDomainName.Parse(@"\000\.\255x."), "04 00 2e ff 78 00", "any octets"),
        new CodecCase<DnsEdns>(new DnsEdns(1232, 0, 0, true), "00 0029 04d0 00008000 0000"),
        new CodecCase<DnsEdns>(new DnsEdns(512, 1, 2), "00 0029 0200 01020000 0000", "other version"),
    ];

    /// <summary>The targets: the codecs, messages, and payloads in names and answers.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. Cases.GroupBy(c => c.CodecType).Select(g => new FuzzTarget(g.Key.Name, [.. g.Select(c => c.Vector)], g.First().CheckAny)),
        new FuzzTarget(nameof(DnsMessage), [.. Messages.Values], Message),
        new FuzzTarget(nameof(DnsPayloadName), [.. Enum.GetValues<DnsNameEncoding>().Select(PayloadOf)], PayloadName),
        new FuzzTarget(nameof(DnsProbe), [ProbeOf()], Probe),
        new FuzzTarget(nameof(DnsAuthority), [.. Enum.GetValues<DnsNameEncoding>().Select(QueryOf), Messages["query"], Messages["compressed soa"]], Authority),
    ];

    private static readonly DnsAuthorityOptions AuthorityOptions = new()
    {
        Zones = [new DnsZone(DnsDomainName.Parse("t.example"), [new DnsNameServer(DnsDomainName.Parse("ns.t.example"), [IPAddress.Loopback])])],
        MostExchanges = 64,
        MostHeld = 16,
    };

    [ThreadStatic]
    private static (DnsAuthority Authority, byte[] Room)? _authority;

    [ThreadStatic]
    private static long _now;

    private static byte[] ProbeOf()
    {
        byte[] question = new byte[20];
        new DnsProbe(5_000, 40, 7).WriteQuestion(question);
        return question;
    }

    /// <summary>What is read as a question is answered, and the answer read; anything may claim to be one.</summary>
    private static void Probe(ReadOnlySpan<byte> input)
    {
        if (DnsProbe.TryReadQuestion(input, out DnsProbe probe) != DecodeStatus.Ok) return;
        Span<byte> room = stackalloc byte[512];
        int length = probe.WriteAnswer(DnsProbe.HashOf(input), false, room);
        Require(probe.TryReadAnswer(room[..length], DnsProbe.HashOf(input), out _, out int most) == DecodeStatus.Ok && most == room.Length, "an answer does not answer");
        _ = probe.TryReadAnswer(input, 0, out _, out _);
    }

    private static byte[] PayloadOf(DnsNameEncoding encoding)
    {
        byte[] name = new byte[DnsName.MaximumLength];
        byte[] payload = [.. Enumerable.Range(0, 100).Select(i => (byte)(i * 37))];
        return name[..DnsPayloadName.Encode(payload, encoding, encoding == DnsNameEncoding.Base32 ? DnsAnswerSize.Jumbo : DnsAnswerSize.Small, DnsDomainName.Parse("t.example").Octets, name)];
    }

    private static byte[] QueryOf(DnsNameEncoding encoding)
    {
        byte[] room = new byte[512];
        var writer = new DnsMessageWriter(room, new DnsHeader(1, DnsFlags.RecursionDesired));
        writer.TryWriteQuestion(PayloadOf(encoding), encoding == DnsNameEncoding.Base64 ? DnsType.Cname : DnsType.Txt);
        writer.TryWriteEdns(new DnsEdns(1232));
        return room[..writer.Finish()];
    }

    /// <summary>Every answer is well-formed, within its limit, and of the query; the server stays within its bounds.</summary>
    private static void Authority(ReadOnlySpan<byte> input)
    {
        (DnsAuthority authority, byte[] room) = _authority ??= (new DnsAuthority(AuthorityOptions, new FuzzPayloadHandler()), new byte[65_535]);
        _now += 50_000;
        int length = authority.Receive(input, new DnsOrigin(1, 53, input.Length % 5 == 0 ? 1 : 0), _now, room);
        CheckAnswer(room.AsSpan(0, length));
        if (length > 0) Require(room.AsSpan(0, 2).SequenceEqual(input[..2]), "the answer has another identifier");
        while (authority.TryTake(_now, room, out length, out _)) CheckAnswer(room.AsSpan(0, length));
        Require(authority.HeldCount <= AuthorityOptions.MostHeld && authority.KeptCount + authority.HeldCount <= AuthorityOptions.MostExchanges, "more is kept than may be");
    }

    private static void CheckAnswer(ReadOnlySpan<byte> answer)
    {
        if (answer.IsEmpty) return;
        Require(DnsMessage.TryDecode(answer, out DnsMessage message) == DecodeStatus.Ok && message.Header.IsResponse, "the answer is malformed");
    }

    /// <summary>What is accepted can be walked, and written again to a message that says the same.</summary>
    private static void Message(ReadOnlySpan<byte> input)
    {
        if (DnsMessage.TryDecode(input, out DnsMessage message) != DecodeStatus.Ok) return;
        Span<byte> room = new byte[DnsMessage.MaximumLength];
        Span<byte> name = stackalloc byte[DnsName.MaximumLength];
        Span<byte> payload = new byte[Math.Max(255, input.Length)];
        _ = message.TryGetEdns(out _);
        var writer = new DnsMessageWriter(room, message.Header);
        if (message.Header.QuestionCount > 0)
        {
            int length = message.Question.Name.CopyTo(name);
            Require(length == message.Question.Name.Length, "the question's name has another length");
            Require(writer.TryWriteQuestion(name[..length], message.Question.Type, message.Question.Class), "the question does not fit");
        }

        int records = 0;
        foreach (DnsRecord record in message.Records)
        {
            records++;
            int length = record.Name.CopyTo(name);
            Require(length == record.Name.Length && DnsName.TryDecode(name[..length], 0, out _, out int end) == DecodeStatus.Ok && end == length, "a name is malformed");
            _ = DnsPayloadData.TryDecode(record, Math.Min(11, length), payload, out _);
            if (record.TryGetDataName(out DnsName held)) writer.TryWriteName(record.Section, name[..length], DnsType.Ns, 0, payload[..held.CopyTo(payload)]);
            else writer.TryWriteRecord(record.Section, name[..length], DnsType.Null, record.TimeToLive, record.Data);
        }

        Require(records == message.Header.AnswerCount + message.Header.AuthorityCount + message.Header.AdditionalCount, "records are missing");
        Require(DnsMessage.TryDecode(room[..writer.Finish()], out _) == DecodeStatus.Ok, "what was written again is malformed");
    }

    /// <summary>What is accepted is what the encoder writes, but for case.</summary>
    private static void PayloadName(ReadOnlySpan<byte> input)
    {
        if (DnsName.TryDecode(input, 0, out DnsName name, out int end) != DecodeStatus.Ok) return;
        ReadOnlySpan<byte> octets = name.Octets;
        Span<byte> payload = stackalloc byte[DnsName.MaximumLength], again = stackalloc byte[DnsName.MaximumLength];
        for (int domain = 1, at = end - 1; ; domain = end - at)
        {
            if (DnsPayloadName.TryDecode(octets, domain, payload, out DnsPayloadHead head) == DecodeStatus.Ok)
            {
                int length = DnsPayloadName.Encode(payload[..head.Length], head.Encoding, head.AnswerSize, octets[^domain..], again);
                Require(DnsNameOctets.AreEqual(octets, again[..length]), "a payload has two names");
            }

            int before = Before(octets, at);
            if (before < 0) return;
            at = before;
        }
    }

    /// <summary>Where the label before another begins.</summary>
    private static int Before(ReadOnlySpan<byte> name, int at)
    {
        int found = -1;
        for (int i = 0; i < at; i += 1 + name[i]) found = i;
        return found;
    }

    private static void Require(bool condition, string what)
    {
        if (!condition) throw new InvalidOperationException(what);
    }

    /// <summary>Refuses, answers or holds, as the payload's first octet has it.</summary>
    private sealed class FuzzPayloadHandler : IDnsPayloadHandler
    {
        public DnsPayloadVerdict Receive(in DnsPayloadQuery query, ReadOnlySpan<byte> payload, Span<byte> answer, out int length, out long hold)
        {
            (length, hold) = (answer.Length, payload.Length * 1000);
            answer.Fill(0x41);
            return (DnsPayloadVerdict)(payload.IsEmpty ? 0 : payload[^1] % 3);
        }

        public int Fill(in DnsPayloadQuery query, Span<byte> answer) => answer.Length;

        public void OnRepeated(in DnsPayloadQuery query)
        {
        }
    }
}
