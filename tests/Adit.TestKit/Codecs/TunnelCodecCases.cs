using Adit.Wire.Ethernet;
using Adit.Wire.EtherIp;
using Adit.Wire.Geneve;
using Adit.Wire.Gre;
using Adit.Wire.Pcapng;
using Adit.Wire.Tun;
using Adit.Wire.Vxlan;

namespace Adit.TestKit.Codecs;

/// <summary>Vectors of tunnel headers, made by scapy 2.5 where it knows them, else composed by hand from the specification's field list.</summary>
public static class TunnelCodecCases
{
    /// <summary>Every case.</summary>
    public static IReadOnlyList<CodecCase> All { get; } =
    [
        new CodecCase<GreHeader>(new(EtherType.Ipv4), "00000800"),
        new CodecCase<GreHeader>(new(EtherType.TransparentEthernetBridging, Key: 0xdeadbeef), "20006558deadbeef", "key"),
        new CodecCase<GreHeader>(new(EtherType.Ipv6, 0x0be2, 7, 9), "b00086dd0be200000000000700000009", "all"),
        new CodecCase<GreHeader>(new(EtherType.Ipv4, SequenceNumber: 0xfffffffe), "10000800fffffffe", "sequence number"),
        new CodecCase<GreHeader>(new(EtherType.Ipv4, 0x77ff), "8000080077ff0000", "checksum"),
        new CodecCase<EtherIpHeader>(default, "3000"),
        new CodecCase<VxlanHeader>(new(0x123456), "0800000012345600"),
        new CodecCase<GeneveHeader>(new(0x123456), "0000655812345600"),
        new CodecCase<GeneveHeader>(
            new(1, EtherType.None) { HasCriticalOptions = true, Options = Octets.Of("0102800161626364 ffff0100") }, "03400000000001000102800161626364ffff0100", "options"),
        new CodecCase<GeneveHeader>(new(1, EtherType.Ipv6) { IsControl = true }, "008086dd00000100", "control"),
        new CodecCase<SectionHeaderBlock>(new(), "0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000"),
        new CodecCase<SectionHeaderBlock>(
            new("adit", "hi"), "0a0d0d0a 30000000 4d3c2b1a 0100 0000 ffffffffffffffff 0100 0200 6869 0000 0400 0400 61646974 0000 0000 30000000", "options"),
        new CodecCase<InterfaceDescriptionBlock>(
            new(PcapngLinkType.Raw, 65535, "tun0"), "01000000 28000000 6500 0000 ffff0000 0200 0400 74756e30 0900 0100 09 000000 0000 0000 28000000"),
        new CodecCase<EnhancedPacketBlock>(
            new(1, 0x0102030405060708, Octets.Of("a1a2a3"), 70, PcapngDirection.Outbound),
            "06000000 30000000 01000000 04030201 08070605 03000000 46000000 a1a2a3 00 0200 0400 02000000 0000 0000 30000000"),
        new CodecCase<EnhancedPacketBlock>(
            new(0, 1, Octets.Of("a1a2a3a4"), 4), "06000000 24000000 00000000 00000000 01000000 04000000 04000000 a1a2a3a4 24000000", "plain"),
        new CodecCase<VirtioNetHeader>(new(VirtioFlags.NeedsChecksum, VirtioSegmentation.Tcpv4, 54, 1448, 34, 16) { HasEcn = true }, "01 81 3600 a805 2200 1000"),
        new CodecCase<TunHeader>(new(TunAddressFamily.Ipv6), "00000018"),
        new CodecCase<TunHeader>(new(TunAddressFamily.Ipv4), "00000002", "v4"),
    ];
}
