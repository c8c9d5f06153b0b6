using System.Net;
using Adit.Carriers.Dns;
using Adit.Core;
using Adit.TestKit;
using Adit.Wire;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Tests.Dns;

/// <summary>What an authoritative server of tunnel domains answers, message by message.</summary>
public sealed class DnsAuthorityTests
{
    private static readonly DnsDomainName Domain = DnsDomainName.Parse("t.example");
    private static readonly DnsOrigin Udp = new(1, 1000), OtherUdp = new(1, 1001), Tcp = new(1, 1002, 7);

    private readonly Handler _handler = new();
    private readonly byte[] _answer = new byte[65_535];
    private DnsAuthority _authority;

    public DnsAuthorityTests() => _authority = new DnsAuthority(Options(), _handler);

    [Theory]
    [InlineData(DnsType.Txt, DnsNameEncoding.Base229)]
    [InlineData(DnsType.Null, DnsNameEncoding.Base64)]
    [InlineData(DnsType.Private65399, DnsNameEncoding.Base64Url)]
    [InlineData(DnsType.Cname, DnsNameEncoding.Base32)]
    [InlineData(DnsType.Cname, DnsNameEncoding.Base229)]
    public void Payload_GoesUp_AndItsAnswerFillsTheRoom(DnsType type, DnsNameEncoding encoding)
    {
        byte[] up = Seeded(100, 1);
        _handler.OnReceive = room => Seeded(room, 2);
        Answer answer = Ask(Payload(up, encoding), type);
        Assert.Equal(up, _handler.Payloads.Single());
        Assert.Equal((DnsResponseCode.NoError, true), (answer.Code, (answer.Flags & DnsFlags.AuthoritativeAnswer) != 0));
        Assert.Equal([0, .. Seeded(_handler.Room, 2)], answer.Payload);
        Assert.Equal(0u, answer.TimeToLive);
        if (type != DnsType.Cname) Assert.Equal(1232, answer.Length);
        else Assert.InRange(_handler.Room, 100, 255);
    }

    [Fact]
    public void RoomOfPolls_IsThatOfTheDesign()
    {
        _handler.OnReceive = room => new byte[room];
        Ask(Payload(Seeded(18, 1), DnsNameEncoding.Base229), DnsType.Txt);
        Assert.InRange(_handler.Room, 1140, 1170); // 1142 with a name of 30
        Ask(Payload(Seeded(233, 1), DnsNameEncoding.Base229), DnsType.Txt);
        Assert.InRange(_handler.Room, 930, 950);
        Ask(Payload(Seeded(234 - 10, 2), DnsNameEncoding.Base229), DnsType.Txt, edns: 0);
        Assert.InRange(_handler.Room, 200, 240); // 512 without EDNS
    }

    [Theory]
    [InlineData(0, 512)]
    [InlineData(100, 512)]
    [InlineData(900, 900)]
    [InlineData(4096, 1232)]
    public void SizeOfEdns_IsRespected(ushort edns, int expected)
    {
        _handler.OnReceive = room => new byte[room];
        Answer answer = Ask(Payload([1], DnsNameEncoding.Base32), DnsType.Null, edns: edns);
        Assert.Equal(expected, answer.Length);
        Assert.Equal(edns != 0, answer.HasEdns);
    }

    [Fact]
    public void CaseIsEchoedExactly_AndIsNoOtherPayload()
    {
        _handler.OnReceive = _ => [9];
        byte[] name = Payload([1, 2, 3], DnsNameEncoding.Base32);
        Answer first = Ask(name, DnsType.Txt);
        byte[] mixed = [.. name.Select((o, i) => char.IsAsciiLetter((char)o) && i % 2 == 0 ? (byte)(o ^ 0x20) : o)];
        Answer second = Ask(mixed, DnsType.Txt, origin: OtherUdp);
        Assert.Equal(name, first.Question);
        Assert.Equal(mixed, second.Question);
        Assert.NotEqual(name, mixed);
        Assert.Equal(first.Payload, second.Payload);
        Assert.Single(_handler.Payloads);
    }

    [Fact]
    public void Duplicate_IsReplayedByteIdentically_ForTenSeconds()
    {
        int count = 0;
        _handler.OnReceive = _ => [(byte)++count];
        byte[] query = Query(Payload([1, 2, 3], DnsNameEncoding.Base229), DnsType.Txt);
        byte[] first = Receive(query, 0), again = Receive(query, 9_999_999, OtherUdp);
        Assert.Equal(first, again);
        Assert.Equal((1, 1L), (count, _authority.Counters.Replayed));
        query[0] ^= 0xff; // another identifier is another message with the same answer
        again = Receive(query, 9_999_999);
        Assert.Equal(first[1..], again[1..]);
        Assert.Equal(query[0], again[0]);
        Receive(query, 10_000_000);
        Assert.Equal(2, count);
    }

    [Fact]
    public void Kept_AreBoundedInNumberAndOctets()
    {
        _authority = new DnsAuthority(Options() with { MostExchanges = 100, MostHeld = 10, MostKeptOctets = 65_536 }, _handler);
        _handler.OnReceive = _ => new byte[500];
        for (int i = 0; i < 1000; i++) Ask(Payload(BitConverter.GetBytes(i), DnsNameEncoding.Base32), DnsType.Txt);
        Assert.Equal(100, _authority.KeptCount);
        _handler.OnReceive = room => new byte[room];
        for (int i = 1000; i < 2000; i++) Ask(Payload(BitConverter.GetBytes(i), DnsNameEncoding.Base32), DnsType.Txt);
        Assert.InRange(_authority.KeptOctets, 60_000, 65_536);
        Assert.Equal(2000, _handler.Payloads.Count);
        for (int i = 0; i < 200; i++) Ask(Payload(BitConverter.GetBytes(i + 5000), DnsNameEncoding.Base32), DnsType.Txt, now: 60_000_000);
        Assert.InRange(_authority.KeptCount, 1, 100);
    }

    [Fact]
    public void DefaultBounds_KeepTenSeconds_AtTheFullRateOfAClient()
    {
        _handler.OnReceive = room => new byte[room];
        const int Rate = 4000;
        for (int i = 0; i < 10 * Rate; i++) Receive(Query(Payload(BitConverter.GetBytes(i), DnsNameEncoding.Base32), DnsType.Txt), i * (1_000_000L / Rate));
        Receive(Query(Payload(BitConverter.GetBytes(0), DnsNameEncoding.Base32), DnsType.Txt), 9_999_999);
        Assert.Equal((10 * Rate, 1L), (_handler.Payloads.Count, _authority.Counters.Replayed));
    }

    [Fact]
    public void ProbesAreNotKept_AndPushNothingOut()
    {
        _authority = new DnsAuthority(Options() with { MostExchanges = 100, MostHeld = 10, MostKeptOctets = 65_536 }, _handler);
        _handler.OnReceive = room => new byte[room];
        byte[] kept = Payload([1], DnsNameEncoding.Base32), probe = Payload([DnsProbe.Mark, 1, 2], DnsNameEncoding.Base32, isJumbo: true), held = Payload([DnsProbe.Mark, 2], DnsNameEncoding.Base32, isJumbo: true);
        Ask(kept, DnsType.Txt);
        for (int i = 0; i < 5; i++) Assert.InRange(Ask(probe, DnsType.Txt, origin: Tcp).Length, 61_000, 61_440);
        Assert.Equal((6, 1), (_handler.Payloads.Count, _authority.KeptCount));
        _handler.Hold = 10_000;
        _handler.OnFill = _ => new byte[60_000];
        for (int i = 0; i < 5; i++)
        {
            Assert.Empty(Receive(Query(held, DnsType.Txt), 0, Tcp));
            Assert.InRange(Take(10_000)!.Value.Message.Length, 60_000, 61_440);
        }

        Assert.Equal((11, 1, 0L), (_handler.Payloads.Count, _authority.KeptCount, _authority.Counters.Replayed));
        Ask(kept, DnsType.Txt);
        Assert.Equal((11, 1L), (_handler.Payloads.Count, _authority.Counters.Replayed));
    }

    [Fact]
    public void HeldProbe_IsRepeatedOnlyAsItsHandlerAllows()
    {
        _handler.Hold = 100_000;
        byte[] probe = Query(Payload([DnsProbe.Mark, 1], DnsNameEncoding.Base32), DnsType.Txt);
        Assert.Empty(Receive(probe, 0));
        _handler.RefusesRepeats = true;
        Answer again = Read(Receive(probe, 1, OtherUdp));
        Assert.True((again.Flags & DnsFlags.Truncated) != 0 && again.Payload.Length == 0);
        Assert.Null(Take(1));
        _handler.RefusesRepeats = false;
        Assert.Empty(Receive(probe, 2, OtherUdp));
        Assert.Equal((Udp, OtherUdp), (Take(2)!.Value.Origin, Take(2)!.Value.Origin));
        Assert.Equal((0, 0), (_authority.KeptCount, _authority.HeldCount));
    }

    [Fact]
    public void Held_IsAnsweredWhenReleased_OnTime_OrWhenAskedAgain()
    {
        _handler.Hold = 100_000;
        byte[] released = Query(Payload([1], DnsNameEncoding.Base32), DnsType.Txt, 1);
        byte[] repeated = Query(Payload([2], DnsNameEncoding.Base32), DnsType.Txt, 2);
        byte[] timely = Query(Payload([3], DnsNameEncoding.Base32), DnsType.Txt, 3);
        Assert.Empty(Receive(released, 0));
        Assert.Empty(Receive(repeated, 1_000));
        Assert.Empty(Receive(timely, 2_000));
        Assert.Equal((3, 100_000), (_authority.HeldCount, _authority.Deadline));
        Assert.Null(Take(3_000));

        _handler.OnFill = q => [(byte)q.Ticket, 42];
        Assert.True(_authority.Release(_handler.Queries[0].Ticket));
        Assert.False(_authority.Release(_handler.Queries[0].Ticket));
        (byte[] message, DnsOrigin origin) = Take(50_000)!.Value;
        Assert.Equal((Udp, (ushort)1), (origin, Read(message).Id));
        Assert.Equal([10, (byte)_handler.Queries[0].Ticket, 42], Read(message).Payload);
        Assert.Equal(message, Receive(released, 51_000));

        // Asked again: both askers are answered, the same.
        Assert.Empty(Receive([9, .. repeated[1..]], 60_000, OtherUdp));
        Assert.Equal(_handler.Queries[1].Ticket, _handler.Repeated.Single());
        (byte[] one, DnsOrigin firstTo) = Take(60_000)!.Value;
        (byte[] two, DnsOrigin secondTo) = Take(60_000)!.Value;
        Assert.Equal((Udp, OtherUdp), (firstTo, secondTo));
        Assert.Equal(one[1..], two[1..]);
        Assert.Equal(9, two[0]);

        Assert.Null(Take(101_999));
        (message, _) = Take(102_000)!.Value;
        Assert.Equal(20, Read(message).Payload[0]); // 100 ms
        Assert.Equal((0, 3, long.MaxValue), (_authority.HeldCount, _authority.KeptCount, _authority.Deadline));
        Assert.Equal(3, _handler.Payloads.Count);
    }

    [Fact]
    public void Held_AreBounded_AndTheNextDueIsAnsweredEarly()
    {
        _authority = new DnsAuthority(Options() with { MostHeld = 8, MostExchanges = 64, MostAskers = 2 }, _handler);
        _handler.Hold = 1_000_000;
        for (int i = 0; i < 20; i++) Assert.Empty(Receive(Query(Payload([(byte)i], DnsNameEncoding.Base32), DnsType.Txt, (ushort)i), i));
        int early = 0;
        while (Take(100) is { } taken) Assert.Equal(early++, Read(taken.Message).Id);
        Assert.Equal((12, 8), (early, _authority.HeldCount));
        byte[] same = Query(Payload([19], DnsNameEncoding.Base32), DnsType.Txt);
        for (int i = 0; i < 5; i++) Assert.Empty(Receive(same, 200));
        Assert.NotNull(Take(200));
        Assert.NotNull(Take(200));
        Assert.Null(Take(200));
        Assert.Equal(4, _authority.Counters.Dropped);
    }

    [Fact]
    public void Jumbo_IsCutOverUdp_AndWholeOverTcp_AndItsPayloadCountsOnce()
    {
        _handler.OnReceive = room => Seeded(room, 3);
        byte[] name = Payload([1, 2, 3], DnsNameEncoding.Base229, isJumbo: true);
        Answer cut = Ask(name, DnsType.Txt);
        Assert.True((cut.Flags & DnsFlags.Truncated) != 0 && cut.Payload.Length == 0);
        Assert.Empty(_handler.Payloads);
        Answer whole = Ask(name, DnsType.Txt, origin: Tcp);
        Assert.False((whole.Flags & DnsFlags.Truncated) != 0);
        Assert.Equal([0, .. Seeded(_handler.Room, 3)], whole.Payload);
        Assert.InRange(whole.Length, 61_000, 61_440);
        Assert.Equal(DnsAnswerSize.Jumbo, _handler.Queries.Single().AnswerSize);
    }

    [Fact]
    public void KeptAnswer_ThatDoesNotFitTheNextAsker_IsCut_AndWholeOverTcp()
    {
        _handler.OnReceive = room => new byte[room];
        byte[] name = Payload([1], DnsNameEncoding.Base229);
        Answer whole = Ask(name, DnsType.Txt);
        Answer small = Ask(name, DnsType.Txt, edns: 0);
        Assert.True((small.Flags & DnsFlags.Truncated) != 0);
        Assert.Equal(whole.Payload, Ask(name, DnsType.Txt, origin: Tcp).Payload);
        Assert.Single(_handler.Payloads);
    }

    [Fact]
    public void Refused_IsANameThatDoesNotExist_AndLeavesNothing()
    {
        _handler.Refuses = true;
        Answer answer = Ask(Payload([1], DnsNameEncoding.Base32), DnsType.Txt);
        Assert.Equal((DnsResponseCode.NameError, DnsType.Soa, 0), (answer.Code, answer.Authority, _authority.KeptCount));
        Ask(Payload([1], DnsNameEncoding.Base32), DnsType.Txt);
        Assert.Equal(2, _handler.Payloads.Count);
        Assert.Equal(DnsResponseCode.NameError, Ask(DnsDomainName.Parse("www.t.example").Octets, DnsType.Txt).Code);
    }

    [Fact]
    public void HandlerThatFails_LosesTheMessage_AndNoPlace()
    {
        _authority = new DnsAuthority(Options() with { MostHeld = 1, MostExchanges = 2 }, _handler);
        _handler.OnReceive = _ => throw new InvalidOperationException();
        for (int i = 0; i < 5; i++) Assert.Throws<InvalidOperationException>(() => Ask(Payload([1], DnsNameEncoding.Base32), DnsType.Txt));
        _handler.OnReceive = _ => [7];
        Assert.Equal([0, 7], Ask(Payload([1], DnsNameEncoding.Base32), DnsType.Txt).Payload);

        // One that is held is answered with nothing.
        _handler.Hold = 50_000;
        _handler.OnFill = _ => throw new InvalidOperationException();
        Assert.Empty(Receive(Query(Payload([2], DnsNameEncoding.Base32), DnsType.Txt), 0));
        Assert.Throws<InvalidOperationException>(() => Take(50_000));
        Assert.Equal([10], Read(Take(50_000)!.Value.Message).Payload);
        Assert.Null(Take(50_000));
    }

    [Theory]
    [InlineData("abc.t.example", DnsType.A, DnsMinimisedAnswer.NameError, DnsResponseCode.NameError)]
    [InlineData("_.t.example", DnsType.A, DnsMinimisedAnswer.NameError, DnsResponseCode.NameError)]
    [InlineData("abc.t.example", DnsType.Ns, DnsMinimisedAnswer.NoData, DnsResponseCode.NoError)]
    public void MinimisedQuery_IsAnsweredAsConfigured(string name, DnsType type, DnsMinimisedAnswer minimised, DnsResponseCode expected)
    {
        _authority = new DnsAuthority(Options(minimised), _handler);
        Answer answer = Ask(DnsDomainName.Parse(name).Octets, type);
        Assert.Equal((expected, 0, DnsType.Soa), (answer.Code, answer.Answers, answer.Authority));
        Assert.True((answer.Flags & DnsFlags.AuthoritativeAnswer) != 0);
        Assert.Equal(1, _authority.Counters.Minimised);
    }

    [Theory]
    [InlineData("T.example", DnsType.Soa, 1, 0)]
    [InlineData("t.Example", DnsType.Ns, 2, 2)] // glue of ns.t.example alone
    [InlineData("t.example", DnsType.A, 1, 0)]
    [InlineData("t.example", DnsType.Any, 1, 0)]
    [InlineData("ns.t.example", DnsType.A, 1, 0)]
    [InlineData("ns.t.example", DnsType.Aaaa, 1, 0)]
    [InlineData("ns.t.example", DnsType.Txt, 0, 0)]
    [InlineData("t.example", DnsType.Aaaa, 0, 0)]
    [InlineData("t.example", DnsType.Txt, 0, 0)]
    public void Zone_AnswersForItself(string name, DnsType type, int answers, int glue)
    {
        Answer answer = Ask(DnsDomainName.Parse(name).Octets, type);
        Assert.Equal((DnsResponseCode.NoError, answers, glue), (answer.Code, answer.Answers, answer.Additional));
        Assert.Equal(answers == 0 ? DnsType.Soa : DnsType.None, answer.Authority);
        Assert.True((answer.Flags & DnsFlags.AuthoritativeAnswer) != 0);
        Assert.Empty(_handler.Payloads);
    }

    [Fact]
    public void LargeZoneAnswer_IsCutOverUdp_AndWholeOverTcp()
    {
        _authority = new DnsAuthority(new DnsAuthorityOptions { Zones = [new DnsZone(Domain, [.. Enumerable.Range(1, 40).Select(i => new DnsNameServer(DnsDomainName.Parse($"server{i}.elsewhere.example"), []))])] }, _handler);
        Assert.True((Ask(Domain.Octets, DnsType.Ns, edns: 0).Flags & DnsFlags.Truncated) != 0);
        Answer whole = Ask(Domain.Octets, DnsType.Ns, edns: 0, origin: Tcp);
        Assert.Equal((DnsFlags.None, 40), (whole.Flags & DnsFlags.Truncated, whole.Answers));
    }

    [Theory]
    [InlineData("example", DnsType.A)]
    [InlineData("xt.example", DnsType.Txt)]
    [InlineData("t.example", DnsType.Axfr)]
    public void OtherZones_AndTransfers_AreRefused(string name, DnsType type)
    {
        Answer answer = Ask(DnsDomainName.Parse(name).Octets, type);
        Assert.Equal((DnsResponseCode.Refused, DnsFlags.None), (answer.Code, answer.Flags & DnsFlags.AuthoritativeAnswer));
    }

    [Fact]
    public void InnerZone_IsServedBeforeTheOuter()
    {
        _authority = new DnsAuthority(new DnsAuthorityOptions { Zones = [Zone(Domain), Zone(DnsDomainName.Parse("in.t.example"))] }, _handler);
        _handler.OnReceive = _ => [1];
        byte[] name = new byte[255];
        int length = DnsPayloadName.Encode([5], DnsNameEncoding.Base32, DnsAnswerSize.Usual, DnsDomainName.Parse("in.t.example").Octets, name);
        Ask(name.AsSpan(0, length), DnsType.Txt);
        Assert.Equal(1, _handler.Queries.Single().Zone);
    }

    [Fact]
    public void WhatIsNoQuery_IsAnsweredOrDropped()
    {
        byte[] query = Query(Payload([1], DnsNameEncoding.Base32), DnsType.Txt);
        Assert.Empty(Receive([1, 2, 3], 0));
        Assert.Empty(Receive([.. query[..2], 0x80, .. query[3..]], 0)); // a response
        Assert.Equal(DnsResponseCode.FormatError, Header(Receive(query[..^1], 0)).ResponseCode);
        Assert.Equal(DnsResponseCode.NotImplemented, Header(Receive([.. query[..2], 0x28, .. query[3..]], 0)).ResponseCode);
        Assert.Equal(DnsResponseCode.FormatError, Header(Receive([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 0)).ResponseCode);
        byte[] version = [.. query];
        version[^5] = 1;
        byte[] answer = Receive(version, 0);
        Assert.Equal(DecodeStatus.Ok, DnsMessage.TryDecode(answer, out DnsMessage message));
        Assert.True(message.TryGetEdns(out DnsEdns edns));
        Assert.Equal((1, 0), (edns.ExtendedCode, edns.Version)); // BADVERS, 16
        Assert.Empty(_handler.Payloads);
    }

    [Fact]
    public void ManyQueries_AllocateNothing()
    {
        _handler.OnReceive = null;
        _handler.Hold = 1_000;
        byte[] payload = new byte[100], name = new byte[255], query = new byte[512];
        long now = 0;
        int i = 0;
        Assert.Equal(0, Allocations.Least(1000, () =>
        {
            now += 10_000;
            BitConverter.TryWriteBytes(payload, i++);
            int length = DnsPayloadName.Encode(payload, DnsNameEncoding.Base229, DnsAnswerSize.Usual, Domain.Octets, name);
            var writer = new DnsMessageWriter(query, new DnsHeader(7));
            writer.TryWriteQuestion(name.AsSpan(0, length), DnsType.Txt);
            writer.TryWriteEdns(new DnsEdns(1232));
            _authority.Receive(query.AsSpan(0, writer.Finish()), Udp, now, _answer);
            _authority.TryTake(now + 1_000, _answer, out _, out _);
        }));
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.Throws<TunnelException>(() => new DnsAuthority(new DnsAuthorityOptions { Zones = [] }, _handler));
        Assert.Throws<TunnelException>(() => new DnsAuthority(Options() with { MaximumUdpLength = 511 }, _handler));
        Assert.Throws<TunnelException>(() => new DnsAuthority(Options() with { MostHeld = 65_536 }, _handler));
        Assert.Throws<TunnelException>(() => new DnsZone(default, [new DnsNameServer(Domain, [])]));
        Assert.Throws<TunnelException>(() => new DnsZone(Domain, []));
    }

    private static DnsAuthorityOptions Options(DnsMinimisedAnswer minimised = DnsMinimisedAnswer.NameError) => new() { Zones = [Zone(Domain) with { MinimisedAnswer = minimised }] };

    private static DnsZone Zone(DnsDomainName domain) => new(domain,
    [
        new DnsNameServer(DnsDomainName.Parse($"ns.{domain}"), [IPAddress.Parse("192.0.2.1"), IPAddress.Parse("2001:db8::1")]),
        new DnsNameServer(DnsDomainName.Parse("ns.elsewhere.example"), [IPAddress.Parse("192.0.2.2")]),
    ])
    {
        Addresses = [IPAddress.Parse("192.0.2.3")],
    };

    private static byte[] Seeded(int length, int seed)
    {
        byte[] octets = new byte[length];
        new Random(seed).NextBytes(octets);
        return octets;
    }

    private static byte[] Payload(byte[] payload, DnsNameEncoding encoding, bool isJumbo = false)
    {
        byte[] name = new byte[255];
        return name[..DnsPayloadName.Encode(payload, encoding, isJumbo ? DnsAnswerSize.Jumbo : DnsAnswerSize.Usual, Domain.Octets, name)];
    }

    private static byte[] Query(ReadOnlySpan<byte> name, DnsType type, ushort id = 7, ushort edns = 1232)
    {
        byte[] room = new byte[512];
        var writer = new DnsMessageWriter(room, new DnsHeader(id, DnsFlags.RecursionDesired));
        writer.TryWriteQuestion(name, type);
        if (edns != 0) writer.TryWriteEdns(new DnsEdns(edns));
        return room[..writer.Finish()];
    }

    private static DnsHeader Header(byte[] message)
    {
        Assert.Equal(DecodeStatus.Ok, DnsHeader.TryDecode(message, out DnsHeader header, out _));
        return header;
    }

    private static Answer Read(byte[] octets)
    {
        Assert.Equal(DecodeStatus.Ok, DnsMessage.TryDecode(octets, out DnsMessage message));
        byte[] payload = new byte[65_535];
        int length = 0, additional = 0;
        uint timeToLive = 0;
        DnsType authority = DnsType.None;
        foreach (DnsRecord record in message.Records)
        {
            if (record.Section == DnsSection.Authority) authority = record.Type;
            if (record.Section == DnsSection.Additional && record.Type != DnsType.Opt) additional++;
            if (record.Section != DnsSection.Answer || !DnsPayloadData.IsCarrier(record.Type)) continue;
            timeToLive = record.TimeToLive;
            Assert.Equal(DecodeStatus.Ok, DnsPayloadData.TryDecode(record, Domain.EncodedLength, payload, out length));
        }

        return new Answer(message.Header.Id, message.Header.Flags, message.Header.ResponseCode, octets.Length, message.Question.Name.Octets.ToArray(), message.Header.AnswerCount,
            authority, additional, message.TryGetEdns(out _), timeToLive, payload[..length]);
    }

    private Answer Ask(ReadOnlySpan<byte> name, DnsType type, ushort edns = 1232, DnsOrigin? origin = null, long now = 0)
    {
        Answer answer = Read(Receive(Query(name, type, 7, edns), now, origin));
        Assert.Equal(name.ToArray(), answer.Question);
        Assert.True((answer.Flags & DnsFlags.Response) != 0 && (answer.Flags & DnsFlags.RecursionDesired) != 0 && answer.Id == 7);
        return answer;
    }

    private byte[] Receive(byte[] message, long now, DnsOrigin? origin = null) => _answer[.._authority.Receive(message, origin ?? Udp, now, _answer)];

    private (byte[] Message, DnsOrigin Origin)? Take(long now) => _authority.TryTake(now, _answer, out int length, out DnsOrigin origin) ? (_answer[..length], origin) : null;

    private sealed record Answer(
        ushort Id, DnsFlags Flags, DnsResponseCode Code, int Length, byte[] Question, int Answers, DnsType Authority, int Additional, bool HasEdns, uint TimeToLive, byte[] Payload);

    private sealed class Handler : IDnsPayloadHandler
    {
        private bool _quiet;

        public List<byte[]> Payloads { get; } = [];

        public List<DnsPayloadQuery> Queries { get; } = [];

        public List<long> Repeated { get; } = [];

        public Func<int, byte[]>? OnReceive { get; set; } = static _ => [];

        public Func<DnsPayloadQuery, byte[]> OnFill { get; set; } = static _ => [];

        public bool Refuses { get; set; }

        public bool RefusesRepeats { get; set; }

        public long? Hold { get; set; }

        public int Room { get; private set; }

        public DnsPayloadVerdict Receive(in DnsPayloadQuery query, ReadOnlySpan<byte> payload, Span<byte> answer, out int length, out long hold)
        {
            _quiet = OnReceive is null;
            (length, hold) = (0, Hold ?? 0);
            Room = answer.Length;
            if (!_quiet)
            {
                Payloads.Add(payload.ToArray());
                Queries.Add(query);
            }

            if (Refuses) return DnsPayloadVerdict.Refused;
            if (Hold is not null) return DnsPayloadVerdict.Held;
            byte[] octets = OnReceive!(answer.Length);
            octets.CopyTo(answer);
            length = octets.Length;
            return DnsPayloadVerdict.Answered;
        }

        public int Fill(in DnsPayloadQuery query, Span<byte> answer)
        {
            if (_quiet) return answer.Length;
            byte[] octets = OnFill(query);
            octets.CopyTo(answer);
            return octets.Length;
        }

        public void OnRepeated(in DnsPayloadQuery query) => Repeated.Add(query.Ticket);

        public bool MayRepeatProbe(DnsOrigin origin) => !RefusesRepeats;
    }
}
