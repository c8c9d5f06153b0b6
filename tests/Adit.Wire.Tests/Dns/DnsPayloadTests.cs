using Adit.TestKit.Codecs;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Wire.Tests.Dns;

/// <summary>Payloads in names and in answers.</summary>
public sealed class DnsPayloadTests
{
    private static readonly byte[] Domain = DnsDomainName.Parse("t.example").Octets.ToArray();

    public static TheoryData<DnsNameEncoding> Encodings => [.. Enum.GetValues<DnsNameEncoding>()];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void EveryLength_ComesBack_InOneNameWithinItsLimit(DnsNameEncoding encoding)
    {
        var random = new Random(7);
        byte[] name = new byte[255], payload = new byte[255];
        int most = DnsPayloadName.MaximumPayload(encoding, Domain.Length);
        for (int length = 0; length <= most; length++)
        {
            byte[] octets = new byte[length];
            for (int round = 0; round < 5; round++)
            {
                if (round == 1) Array.Fill(octets, byte.MaxValue);
                else if (round > 1) random.NextBytes(octets);
                int written = DnsPayloadName.Encode(octets, encoding, (DnsAnswerSize)(round % 3), Domain, name);
                Assert.InRange(written, 1, 255);
                Assert.Equal(DecodeStatus.Ok, DnsName.TryDecode(name.AsSpan(0, written), 0, out DnsName view, out int end));
                Assert.Equal(written, end);
                Assert.Equal(DecodeStatus.Ok, DnsPayloadName.TryDecode(view.Octets, Domain.Length, payload, out DnsPayloadHead head));
                Assert.Equal(new DnsPayloadHead(encoding, (DnsAnswerSize)(round % 3), length), head);
                Assert.Equal(octets, payload[..length]);
            }
        }

        Assert.Throws<ArgumentException>(() => DnsPayloadName.Encode(new byte[most + 1], encoding, DnsAnswerSize.Usual, Domain, name));
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void MaximumPayload_FillsEveryLengthOfName(DnsNameEncoding encoding)
    {
        byte[] name = new byte[255];
        for (int limit = 60; limit <= 255; limit++)
        {
            int most = DnsPayloadName.MaximumPayload(encoding, Domain.Length, limit);
            Assert.InRange(DnsPayloadName.Encode(new byte[most], encoding, DnsAnswerSize.Usual, Domain, name), 1, limit);
            if (most == DnsPayloadName.MaximumPayload(encoding, Domain.Length)) continue;
            Assert.True(DnsPayloadName.Encode(new byte[most + 1], encoding, DnsAnswerSize.Usual, Domain, name) > limit);
        }
    }

    [Fact]
    public void Capacities_AreThoseOfTheAlphabets()
    {
        Assert.Equal(233, DnsPayloadName.MaximumPayload(DnsNameEncoding.Base229, Domain.Length));
        Assert.Equal(179, DnsPayloadName.MaximumPayload(DnsNameEncoding.Base64, Domain.Length));
        Assert.Equal(179, DnsPayloadName.MaximumPayload(DnsNameEncoding.Base64Url, Domain.Length));
        Assert.Equal(149, DnsPayloadName.MaximumPayload(DnsNameEncoding.Base32, Domain.Length));
        Assert.Equal(0, DnsPayloadName.MaximumPayload(DnsNameEncoding.Base32, 254));
    }

    [Fact]
    public void Base229_Is46OctetsIn47Symbols_OfEveryOctetButCapitalsAndTheDot()
    {
        byte[] name = new byte[255];
        int length = DnsPayloadName.Encode(new byte[46], DnsNameEncoding.Base229, DnsAnswerSize.Usual, Domain, name);
        Assert.Equal(1 + 1 + 47 + Domain.Length, length);
        var seen = new HashSet<byte>();
        var random = new Random(3);
        byte[] octets = new byte[184];
        for (int i = 0; i < 200; i++)
        {
            random.NextBytes(octets);
            length = DnsPayloadName.Encode(octets, DnsNameEncoding.Base229, DnsAnswerSize.Usual, [0], name);
            for (int at = 0; name[at] != 0; at += 1 + name[at]) seen.UnionWith(name[(at + 1)..(at + 1 + name[at])]);
        }

        Assert.Equal(229, seen.Count);
        Assert.DoesNotContain((byte)'.', seen);
        Assert.DoesNotContain(seen, o => o is >= (byte)'A' and <= (byte)'Z');
    }

    [Theory]
    [InlineData(DnsNameEncoding.Base229)]
    [InlineData(DnsNameEncoding.Base64)]
    [InlineData(DnsNameEncoding.Base32)]
    public void RandomizedCase_DoesNoHarm(DnsNameEncoding encoding)
    {
        var random = new Random(11);
        byte[] name = new byte[255], payload = new byte[255], octets = new byte[120];
        for (int round = 0; round < 50; round++)
        {
            random.NextBytes(octets);
            int length = DnsPayloadName.Encode(octets, encoding, DnsAnswerSize.Usual, Domain, name);
            for (int i = 0; i < length; i++)
            {
                if (char.IsAsciiLetterLower((char)name[i]) && random.Next(2) == 0) name[i] ^= 0x20;
            }

            Assert.Equal(DecodeStatus.Ok, DnsPayloadName.TryDecode(name.AsSpan(0, length), Domain.Length, payload, out DnsPayloadHead head));
            Assert.Equal(octets, payload[..head.Length]);
        }
    }

    [Theory]
    [InlineData("01 'd'", DecodeStatus.Ok)] // nothing, in base32
    [InlineData("02 'da'", DecodeStatus.BadLength)] // 5 bits
    [InlineData("03 'dab'", DecodeStatus.BadValue)] // spare bits
    [InlineData("03 'da1'", DecodeStatus.BadValue)] // no symbol
    [InlineData("01 'z'", DecodeStatus.Unsupported)]
    [InlineData("02 'a' 00", DecodeStatus.BadLength)] // one symbol of base 229
    [InlineData("03 'a' ffff", DecodeStatus.BadValue)] // 228 * 229 + 228 is no octet
    [InlineData("01 'd' 02 'aa'", DecodeStatus.BadLength)] // labels that are not full
    [InlineData("", DecodeStatus.BadLength)]
    public void Name_ThatNoEncoderWrites_IsRefused(string labels, DecodeStatus expected)
        => Assert.Equal(expected, DnsPayloadName.TryDecode(Octets.Of($"{labels} 00"), 1, new byte[255], out _));

    [Theory]
    [InlineData(DnsType.Txt, 60_000)]
    [InlineData(DnsType.Null, 60_000)]
    [InlineData(DnsType.Private65399, 1200)]
    [InlineData(DnsType.Cname, 255)]
    public void Data_FillTheirRoom_AndComeBack(DnsType type, int mostRoom)
    {
        byte[] room = new byte[65_535], payload = new byte[65_535];
        foreach (int dataRoom in (int[])[mostRoom, 257, 256, 255, 100])
        {
            int most = DnsPayloadData.MaximumPayload(type, dataRoom, DnsNameEncoding.Base64, Domain.Length);
            foreach (int length in (int[])[0, 1, most / 2, most])
            {
                byte[] octets = new byte[length];
                new Random(length).NextBytes(octets);
                byte[] data = new byte[65_535];
                int dataLength = DnsPayloadData.Encode(type, octets, DnsNameEncoding.Base64, Domain, data);
                Assert.InRange(dataLength, 0, dataRoom);
                if (length == most && type != DnsType.Cname) Assert.Equal(type == DnsType.Txt && dataRoom % 256 == 1 ? dataRoom - 1 : dataRoom, dataLength);
                var writer = new DnsMessageWriter(room, new DnsHeader(1, DnsFlags.Response));
                writer.TryWriteQuestion(Domain, type);
                Assert.True(writer.TryWriteRecord(DnsSection.Answer, Domain, type, 0, data.AsSpan(0, dataLength)));
                Assert.Equal(DecodeStatus.Ok, DnsMessage.TryDecode(room.AsSpan(0, writer.Finish()), out DnsMessage message));
                DnsRecordEnumerator records = message.Records;
                Assert.True(records.MoveNext());
                Assert.Equal(DecodeStatus.Ok, DnsPayloadData.TryDecode(records.Current, Domain.Length, payload, out int got));
                Assert.Equal(octets, payload[..got]);
            }
        }
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 5_000)]
    [InlineData(100_000, 20, 100_000)]
    [InlineData(9_000_000, 255, 1_275_000)]
    public void HeldTime_IsRoundedUp(long held, byte octet, long read)
    {
        Assert.Equal(octet, DnsHeldTime.Encode(held));
        Assert.Equal(read, DnsHeldTime.Decode(octet));
    }
}
