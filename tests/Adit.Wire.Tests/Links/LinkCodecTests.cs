using Adit.TestKit.Codecs;
using Adit.Wire.EtherIp;
using Adit.Wire.Geneve;
using Adit.Wire.Gre;
using Adit.Wire.Ip;
using Adit.Wire.Tun;
using Adit.Wire.Vxlan;

namespace Adit.Wire.Tests.Links;

/// <summary>The codec kit over IP, Ethernet and the tunnels' headers, and a million mutated inputs.</summary>
public sealed class LinkCodecTests
{
    private const int Inputs = 1_000_000;

    private static readonly CodecCase[] Cases = [.. IpCodecCases.All, .. TunnelCodecCases.All];

    public static TheoryData<string> Names => [.. Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Vector_DecodesAndReencodesByteExact(string name) => Case(name).CheckVector();

    [Theory]
    [MemberData(nameof(Names))]
    public void Prefix_IsTruncated(string name) => Case(name).CheckPrefixes();

    [Fact]
    public void EveryCodec_HasAVector()
    {
        string[] namespaces = ["Adit.Wire.Ip", "Adit.Wire.Ethernet", "Adit.Wire.Gre", "Adit.Wire.EtherIp", "Adit.Wire.Vxlan", "Adit.Wire.Geneve", "Adit.Wire.Pcapng", "Adit.Wire.Tun"];
        IEnumerable<Type> codecs = typeof(GreHeader).Assembly.GetTypes()
            .Where(t => namespaces.Contains(t.Namespace) && t.IsValueType && t.GetInterfaces().Any(i => i.Name.StartsWith("IWireValue", StringComparison.Ordinal)));
        Assert.Equal(codecs.Select(t => t.Name).Order(), Cases.Select(c => c.CodecType.Name).Distinct().Order());
    }

    [Fact]
    public void EveryTarget_AcceptsItsOwnCorpus_AndMutationsNeverThrow()
    {
        int each = (Inputs / LinkTargets.All.Count) + 1;
        foreach (FuzzTarget target in LinkTargets.All)
        {
            foreach (byte[] input in target.Corpus) target.Body(input);
            MutationRunner.Run(target, MutationRunner.Seed, each);
        }

        Assert.Equal(LinkTargets.All.Count, LinkTargets.All.Select(t => t.Name).Distinct().Count());
    }

    [Theory]
    [InlineData("0001 0800", DecodeStatus.Unsupported)] // version 1
    [InlineData("4000 0800 00000000", DecodeStatus.BadValue)] // routing
    [InlineData("0800 0800", DecodeStatus.BadValue)] // strict source route
    [InlineData("0400 0800", DecodeStatus.BadValue)] // bit 5
    [InlineData("03f8 0800", DecodeStatus.Ok)] // bits 6 to 12 are ignored
    public void Gre_RefusesWhatItMust(string notation, DecodeStatus expected) => Assert.Equal(expected, GreHeader.TryDecode(Octets.Of(notation), out _, out _));

    [Theory]
    [InlineData("0000000012345600")] // I is 0
    [InlineData("0800000012345601")]
    [InlineData("8800000012345600")] // GBP
    [InlineData("0c00000312345600")] // GPE
    public void Vxlan_RefusesReservedBits(string notation) => Assert.Equal(DecodeStatus.BadValue, VxlanHeader.TryDecode(Octets.Of(notation), out _, out _));

    [Theory]
    [InlineData("4000655800000100", DecodeStatus.Unsupported)]
    [InlineData("0100655800000100 0000001f", DecodeStatus.BadLength)] // an option longer than the options
    [InlineData("013f655800000100 00000000", DecodeStatus.Ok)] // reserved bits are ignored
    public void Geneve_JudgesVersionAndOptions(string notation, DecodeStatus expected) => Assert.Equal(expected, GeneveHeader.TryDecode(Octets.Of(notation), out _, out _));

    [Theory]
    [InlineData("2000", DecodeStatus.Unsupported)]
    [InlineData("3001", DecodeStatus.BadValue)]
    public void EtherIp_RefusesOtherVersions(string notation, DecodeStatus expected) => Assert.Equal(expected, EtherIpHeader.TryDecode(Octets.Of(notation), out _, out _));

    [Theory]
    [InlineData("55b9001f123440003f112ca5c0000201c6336407", DecodeStatus.Unsupported)]
    [InlineData("44b9001f123440003f113da5c0000201c6336407", DecodeStatus.BadLength)]
    [InlineData("45b9001f123440003f113ca6c0000201c6336407", DecodeStatus.BadChecksum)]
    [InlineData("45b90013123440003f113cb1c0000201c6336407", DecodeStatus.BadLength)]
    [InlineData("45b9001f1234c0003f11bca4c0000201c6336407", DecodeStatus.BadValue)] // the reserved flag
    public void Ipv4Header_RefusesWhatItMust(string notation, DecodeStatus expected) => Assert.Equal(expected, Ipv4Header.TryDecode(Octets.Of(notation), out _, out _));

    [Theory]
    [InlineData("00000002 60", DecodeStatus.BadValue)]
    [InlineData("00000018 45", DecodeStatus.BadValue)]
    [InlineData("0000000a 60", DecodeStatus.Unsupported)] // Linux's own number
    [InlineData("00000002", DecodeStatus.Truncated)]
    [InlineData("00000018 60", DecodeStatus.Ok)]
    public void TunPacket_MatchesFamilyAndVersion(string notation, DecodeStatus expected) => Assert.Equal(expected, TunPacket.TryDecode(Octets.Of(notation), out _));

    [Fact]
    public void VirtioNetHeader_OfTwelveOctets_HasOneBuffer()
    {
        byte[] octets = new byte[12];
        Assert.Equal(12, new VirtioNetHeader(VirtioFlags.DataValid, VirtioSegmentation.UdpL4, 1, 2, 3, 4).EncodeMergeable(octets));
        Assert.Equal(Octets.Of("02 05 0100 0200 0300 0400 0100"), octets);
    }

    [Fact]
    public void Keepalive_IsThatOfTheVector_AndIsRecognised()
    {
        Ipv4Address asker = Ipv4Address.Parse("192.0.2.1"), far = Ipv4Address.Parse("192.0.2.2");
        byte[] payload = new byte[GreKeepalive.MaximumLength];
        int length = GreKeepalive.WriteRequest(payload, asker, far);
        Assert.Equal("4500001800000000FF2F37B3C0000202C000020100000000", Convert.ToHexString(payload.AsSpan(0, length)));
        Assert.True(GreKeepalive.TryDecodeRequest(payload.AsSpan(0, length), far, asker, out ReadOnlySpan<byte> answer));
        Assert.Equal("00000000", Convert.ToHexString(answer));
        Assert.Equal(DecodeStatus.Ok, GrePacket.TryDecode(answer, out GrePacket packet));
        Assert.True(GreKeepalive.IsAnswer(packet));
        Assert.False(GreKeepalive.TryDecodeRequest(payload.AsSpan(0, length), asker, far, out _));
        Assert.False(GreKeepalive.TryDecodeRequest(payload.AsSpan(0, length - 1), far, asker, out _));
        length = GreKeepalive.WriteRequest(payload, asker, far, 7);
        Assert.True(GreKeepalive.TryDecodeRequest(payload.AsSpan(0, length), far, asker, out answer));
        Assert.Equal("2000000000000007", Convert.ToHexString(answer));
    }

    [Fact]
    public void GreChecksum_CoversThePayload()
    {
        byte[] packet = Octets.Of("8000080077ff0000 4500001f00010000400166db0a0000010a000002 0800249900010001 6f6464"); // scapy
        Assert.Equal(DecodeStatus.Ok, GrePacket.TryDecode(packet, out GrePacket view));
        Assert.True(view.HasValidChecksum);
        byte[] copy = [.. packet];
        copy[4] = 0x55;
        copy[6] = 0x55;
        Assert.False(GrePacket.TryDecode(copy, out view) != DecodeStatus.Ok || view.HasValidChecksum);
        GreHeader.WriteChecksum(copy);
        Assert.Equal(packet, copy);
    }

    private static CodecCase Case(string name) => Cases.Single(c => c.Name == name);
}
