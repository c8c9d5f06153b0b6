using Adit.TestKit.Codecs;
using Adit.Wire.Dns;

namespace Adit.Wire.Tests.Dns;

/// <summary>Messages: scapy's octets read and written, what must be refused, and mutations.</summary>
public sealed class DnsMessageTests
{
    private const int Inputs = 400_000;

    private static readonly byte[] Zone = DnsDomainName.Parse("t.example").Octets.ToArray();

    public static TheoryData<string> Cases => [.. DnsTargets.Cases.Select(c => c.Name)];

    public static TheoryData<string> Messages => [.. DnsTargets.Messages.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Vector_DecodesAndReencodesByteExact(string name) => DnsTargets.Cases.Single(c => c.Name == name).CheckVector();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prefix_IsTruncated(string name) => DnsTargets.Cases.Single(c => c.Name == name).CheckPrefixes();

    [Fact]
    public void EveryTarget_AcceptsItsOwnCorpus_AndMutationsNeverThrow()
    {
        foreach (FuzzTarget target in DnsTargets.All)
        {
            foreach (byte[] input in target.Corpus) target.Body(input);
            MutationRunner.Run(target, MutationRunner.Seed, Inputs / DnsTargets.All.Count);
        }
    }

    [Theory]
    [MemberData(nameof(Messages))]
    public void Message_Decodes_AndEveryPrefixIsTruncated_AndMoreIsTooLong(string name)
    {
        byte[] octets = DnsTargets.Messages[name];
        Assert.Equal(DecodeStatus.Ok, DnsMessage.TryDecode(octets, out _));
        for (int length = 0; length < octets.Length; length++) Assert.Equal(DecodeStatus.Truncated, DnsMessage.TryDecode(octets.AsSpan(0, length), out _));
        Assert.Equal(DecodeStatus.BadLength, DnsMessage.TryDecode([.. octets, 0], out _));
    }

    [Fact]
    public void Query_HasItsFields_AndKeepsItsCase()
    {
        Assert.Equal(DecodeStatus.Ok, DnsMessage.TryDecode(DnsTargets.Messages["query"], out DnsMessage message));
        Assert.Equal(0x1234, message.Header.Id);
        Assert.Equal(DnsFlags.RecursionDesired, message.Header.Flags);
        Assert.Equal(DnsType.Txt, message.Question.Type);
        Assert.Equal(DnsClass.Internet, message.Question.Class);
        Assert.Equal(Octets.Of("02 'aB' 06 'Tunnel' 07 'example' 00"), message.Question.Name.Octets.ToArray());
        Assert.True(message.TryGetEdns(out DnsEdns edns));
        Assert.Equal(new DnsEdns(1232, 0, 0, true), edns);
    }

    [Fact]
    public void CompressedName_ReadsAsWrittenOut()
    {
        Assert.Equal(DecodeStatus.Ok, DnsMessage.TryDecode(DnsTargets.Messages["compressed"], out DnsMessage message));
        DnsRecordEnumerator records = message.Records;
        Assert.True(records.MoveNext());
        DnsRecord record = records.Current;
        byte[] name = new byte[255];
        Assert.Equal("q.t.example.", Text(name, record.Name.CopyTo(name)));
        Assert.True(record.Name.IsCompressed);
        Assert.True(record.TryGetDataName(out DnsName target));
        Assert.Equal("data.t.example.", Text(name, target.CopyTo(name)));
        Assert.False(records.MoveNext());
    }

    [Fact]
    public void Writer_WritesWhatScapyWrites()
    {
        byte[] room = new byte[512];
        var writer = new DnsMessageWriter(room, new DnsHeader(9, DnsFlags.Response | DnsFlags.RecursionDesired));
        byte[] name = DnsDomainName.Parse("q.t.example").Octets.ToArray();
        Assert.True(writer.TryWriteQuestion(name, DnsType.Cname));
        Assert.True(writer.TryWriteName(DnsSection.Answer, name, DnsType.Cname, 0, DnsDomainName.Parse("data.T.example").Octets));
        Assert.Equal(DnsTargets.Messages["compressed"], room[..writer.Finish()]);

        writer = new DnsMessageWriter(room, new DnsHeader(0x1234, DnsFlags.RecursionDesired));
        Assert.True(writer.TryWriteQuestion(DnsDomainName.Parse("aB.Tunnel.example").Octets, DnsType.Txt));
        Assert.True(writer.TryWriteEdns(new DnsEdns(1232, 0, 0, true)));
        Assert.Equal(DnsTargets.Messages["query"], room[..writer.Finish()]);

        var soa = new DnsStartOfAuthority(DnsDomainName.Parse("ns.t.example"), DnsDomainName.Parse("h.t.example"), 1, 2, 3, 4, 5);
        writer = new DnsMessageWriter(room, new DnsHeader(7, DnsFlags.Response | DnsFlags.AuthoritativeAnswer | DnsFlags.RecursionDesired, DnsOpcode.Query, DnsResponseCode.NameError));
        Assert.True(writer.TryWriteQuestion(DnsDomainName.Parse("x.t.example").Octets, DnsType.A));
        Assert.True(writer.TryWriteStartOfAuthority(DnsSection.Authority, Zone, 60, soa));
        Assert.True(writer.TryWriteEdns(new DnsEdns(1232, 0, 0, true)));
        Assert.Equal(DnsTargets.Messages["compressed soa"], room[..writer.Finish()]);
    }

    [Fact]
    public void Record_ThatDoesNotFit_IsLeftOutWhole()
    {
        byte[] room = new byte[12 + 15 + 12 + 5];
        var writer = new DnsMessageWriter(room, new DnsHeader(1, DnsFlags.Response));
        Assert.True(writer.TryWriteQuestion(Zone, DnsType.Null));
        int before = writer.Length;
        Assert.False(writer.TryWriteRecord(DnsSection.Answer, Zone, DnsType.Null, 0, new byte[6]));
        Assert.Equal(before, writer.Length);
        Assert.True(writer.TryWriteRecord(DnsSection.Answer, Zone, DnsType.Null, 0, new byte[5]));
        Assert.False(writer.TryWriteEdns(new DnsEdns(1232)));
        Assert.Equal(room.Length, writer.Finish());
        Assert.Equal(DecodeStatus.Ok, DnsMessage.TryDecode(room, out _));
    }

    [Theory]
    [InlineData("c00c", DecodeStatus.BadValue)] // to itself
    [InlineData("01 'a' c00c", DecodeStatus.BadValue)] // to its own beginning
    [InlineData("c0ff", DecodeStatus.BadValue)] // behind the message
    [InlineData("c000", DecodeStatus.BadValue)] // into the header
    [InlineData("40 00", DecodeStatus.Unsupported)]
    [InlineData("80 00", DecodeStatus.Unsupported)]
    public void Pointer_LeadsBackwardsOrNowhere(string name, DecodeStatus expected)
        => Assert.Equal(expected, DnsMessage.TryDecode(Octets.Of($"0001 0000 0001 0000 0000 0000 {name} 0001 0001"), out _));

    [Fact]
    public void ChainOfPointers_IsBounded()
    {
        // A NULL record full of pointers, each to the one before; then names that begin at one of them.
        foreach ((int pointers, DecodeStatus expected) in ((int, DecodeStatus)[])[(DnsName.MaximumPointers, DecodeStatus.Ok), (DnsName.MaximumPointers + 1, DecodeStatus.BadValue)])
        {
            List<byte> message = [.. new byte[12], 0];
            for (int i = 0; i < pointers; i++) message.AddRange([0xc0, (byte)(i == 0 ? 12 : 13 + ((i - 1) * 2))]);
            Assert.Equal(expected, DnsName.TryDecode([.. message], message.Count - 2, out DnsName name, out _));
            if (expected == DecodeStatus.Ok) Assert.Equal(1, name.Length);
        }
    }

    [Theory]
    [InlineData("0001 0001 00000000 0003 010203", DecodeStatus.BadLength)] // A
    [InlineData("001c 0001 00000000 0003 010203", DecodeStatus.BadLength)] // AAAA
    [InlineData("0010 0001 00000000 0003 030203", DecodeStatus.BadLength)] // TXT past its end
    [InlineData("0010 0001 00000000 0000", DecodeStatus.BadLength)] // TXT of nothing
    [InlineData("0010 0001 00000000 0001 00", DecodeStatus.Ok)]
    [InlineData("0002 0001 00000000 0003 016100", DecodeStatus.Ok)] // NS
    [InlineData("0002 0001 00000000 0004 01610000", DecodeStatus.BadLength)]
    [InlineData("0002 0001 00000000 0002 0161", DecodeStatus.BadLength)]
    [InlineData("0006 0001 00000000 0003 010203", DecodeStatus.BadLength)] // SOA
    [InlineData("ff77 0001 00000000 0003 c00cff", DecodeStatus.Ok)] // RFC 3597 §4: no pointers in what is unknown
    [InlineData("0029 0200 00000000 0005 0001000100", DecodeStatus.Ok)] // OPT
    [InlineData("0029 0200 00000000 0005 0001000200", DecodeStatus.BadLength)]
    public void Data_HaveTheFormOfTheirType(string record, DecodeStatus expected)
        => Assert.Equal(expected, DnsMessage.TryDecode(Octets.Of($"0001 8000 0000 0000 0000 0001 00 {record}"), out _));

    [Theory]
    [InlineData("0001 8000 0000 0001 0000 0000 00 0029 0200 00000000 0000")] // in the answers
    [InlineData("0001 8000 0000 0000 0000 0001 0161 00 0029 0200 00000000 0000")] // not the root's
    [InlineData("0001 8000 0000 0000 0000 0002 00 0029 0200 00000000 0000 00 0029 0200 00000000 0000")] // twice
    public void Opt_OutOfPlace_IsRefused(string message) => Assert.Equal(DecodeStatus.BadValue, DnsMessage.TryDecode(Octets.Of(message), out _));

    [Fact]
    public void LongName_IsRefusedAbove255()
    {
        static byte[] Of(int last) => [.. Enumerable.Range(0, 3).SelectMany(_ => (byte[])[63, .. new byte[63]]), (byte)last, .. new byte[last], 0];
        Assert.Equal(DecodeStatus.Ok, DnsDomainName.TryDecode(Of(61), out DnsDomainName name, out int consumed));
        Assert.Equal((255, 255), (name.EncodedLength, consumed));
        Assert.Equal(DecodeStatus.BadLength, DnsDomainName.TryDecode(Of(62), out _, out _));
        Assert.Equal(name, DnsDomainName.Parse(name.ToString()));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("aé\u0100")]
    [InlineData(@"\256")]
    [InlineData(@"a\")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    public void Text_ThatIsNoName_IsRefused(string text) => Assert.False(DnsDomainName.TryParse(text, out _));

    [Fact]
    public void Names_AreEqualWithoutCase_AndLieWithinAtLabels()
    {
        DnsDomainName upper = DnsDomainName.Parse("A.B.example"), lower = DnsDomainName.Parse("a.b.EXAMPLE.");
        Assert.Equal(upper, lower);
        Assert.Equal(upper.GetHashCode(), lower.GetHashCode());
        Assert.Equal("A.B.example.", upper.ToString());
        Assert.True(DnsNameOctets.IsWithin(upper.Octets, DnsDomainName.Parse("b.Example").Octets));
        Assert.True(DnsNameOctets.IsWithin(upper.Octets, default(DnsDomainName).Octets));
        Assert.False(DnsNameOctets.IsWithin(DnsDomainName.Parse("ab.example").Octets, DnsDomainName.Parse("b.example").Octets));
        Assert.False(DnsNameOctets.IsWithin(DnsDomainName.Parse("b").Octets, upper.Octets));
        // The octet 1 and an 'a' inside a label look like a label.
        Assert.False(DnsNameOctets.IsWithin(DnsDomainName.Parse(@"x\001a").Octets, DnsDomainName.Parse("a").Octets));
    }

    private static string Text(byte[] name, int length)
    {
        Assert.Equal(DecodeStatus.Ok, DnsDomainName.TryDecode(name.AsSpan(0, length), out DnsDomainName value, out _));
        return value.ToString();
    }
}
