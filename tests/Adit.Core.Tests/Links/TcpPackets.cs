using System.Buffers.Binary;

namespace Adit.Core.Tests.Links;

/// <summary>TCP and UDP packets made and checked octet by octet, independently of the code under test.</summary>
internal static class TcpPackets
{
    public static byte[] Tcp(bool isIpv6, ushort port, uint sequence, int payload, byte flags = 0x10, int options = 12, byte seed = 1, bool ethernet = false, bool checksum = true, byte tos = 0)
    {
        int link = ethernet ? 14 : 0, ip = isIpv6 ? 40 : 20, tcp = 20 + options;
        byte[] packet = new byte[link + ip + tcp + payload];
        if (ethernet) BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(12), (ushort)(isIpv6 ? 0x86dd : 0x0800));
        WriteIp(packet.AsSpan(link), isIpv6, 6, tcp + payload, tos);
        Span<byte> segment = packet.AsSpan(link + ip);
        BinaryPrimitives.WriteUInt16BigEndian(segment, port);
        BinaryPrimitives.WriteUInt16BigEndian(segment[2..], 80);
        BinaryPrimitives.WriteUInt32BigEndian(segment[4..], sequence);
        BinaryPrimitives.WriteUInt32BigEndian(segment[8..], 77);
        segment[12] = (byte)(tcp / 4 << 4);
        segment[13] = flags;
        BinaryPrimitives.WriteUInt16BigEndian(segment[14..], 500);
        for (int i = 20; i < tcp; i++) segment[i] = 1; // NOP
        for (int i = 0; i < payload; i++) segment[tcp + i] = (byte)(((sequence + i) * 31) + seed);
        if (checksum) BinaryPrimitives.WriteUInt16BigEndian(segment[16..], Checksum(packet.AsSpan(link), isIpv6, 6));
        return packet;
    }

    public static byte[] Udp(bool isIpv6, ushort port, int payload)
    {
        int ip = isIpv6 ? 40 : 20;
        byte[] packet = new byte[ip + 8 + payload];
        WriteIp(packet, isIpv6, 17, 8 + payload, 0);
        Span<byte> datagram = packet.AsSpan(ip);
        BinaryPrimitives.WriteUInt16BigEndian(datagram, port);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[2..], 53);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[4..], (ushort)(8 + payload));
        for (int i = 0; i < payload; i++) datagram[8 + i] = (byte)(i * 7);
        BinaryPrimitives.WriteUInt16BigEndian(datagram[6..], Checksum(packet, isIpv6, 17));
        return packet;
    }

    /// <summary>What the transport checksum should be, by the book (RFC 1071), whatever stands in the field.</summary>
    public static ushort Checksum(ReadOnlySpan<byte> packet, bool isIpv6, byte protocol)
    {
        int ip = isIpv6 ? 40 : 20, field = protocol == 6 ? 16 : 6;
        long sum = protocol + (packet.Length - ip);
        ReadOnlySpan<byte> addresses = isIpv6 ? packet[8..40] : packet[12..20];
        for (int i = 0; i < addresses.Length; i += 2) sum += (addresses[i] << 8) | addresses[i + 1];
        ReadOnlySpan<byte> transport = packet[ip..];
        for (int i = 0; i < transport.Length; i += 2)
        {
            if (i != field) sum += (transport[i] << 8) | (i + 1 < transport.Length ? transport[i + 1] : 0);
        }

        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        ushort checksum = (ushort)~sum;
        return checksum == 0 && protocol == 17 ? (ushort)0xffff : checksum;
    }

    public static ushort HeaderChecksum(ReadOnlySpan<byte> ip)
    {
        long sum = 0;
        for (int i = 0; i < 20; i += 2)
        {
            if (i != 10) sum += (ip[i] << 8) | ip[i + 1];
        }

        while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
        return (ushort)~sum;
    }

    /// <summary>Whether lengths and checksums of a packet are right.</summary>
    public static void AssertIntact(ReadOnlySpan<byte> packet)
    {
        bool isIpv6 = packet[0] >> 4 == 6;
        byte protocol = isIpv6 ? packet[6] : packet[9];
        int ip = isIpv6 ? 40 : 20;
        if (isIpv6)
        {
            Assert.Equal(packet.Length - 40, BinaryPrimitives.ReadUInt16BigEndian(packet[4..]));
        }
        else
        {
            Assert.Equal(packet.Length, BinaryPrimitives.ReadUInt16BigEndian(packet[2..]));
            Assert.Equal(HeaderChecksum(packet), BinaryPrimitives.ReadUInt16BigEndian(packet[10..]));
        }

        if (protocol == 17) Assert.Equal(packet.Length - ip, BinaryPrimitives.ReadUInt16BigEndian(packet[(ip + 4)..]));
        Assert.Equal(Checksum(packet, isIpv6, protocol), BinaryPrimitives.ReadUInt16BigEndian(packet[(ip + (protocol == 6 ? 16 : 6))..]));
    }

    private static void WriteIp(Span<byte> ip, bool isIpv6, byte protocol, int length, byte tos)
    {
        if (isIpv6)
        {
            ip[0] = 0x60;
            BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)Math.Min(length, ushort.MaxValue));
            ip[6] = protocol;
            ip[7] = 64;
            ip[8] = ip[24] = 0xfd;
            ip[23] = 1;
            ip[39] = 2;
            return;
        }

        ip[0] = 0x45;
        ip[1] = tos;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], (ushort)(20 + length));
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], 1000);
        ip[6] = 0x40;
        ip[8] = 64;
        ip[9] = protocol;
        ip[12] = ip[16] = 10;
        ip[15] = 1;
        ip[19] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], HeaderChecksum(ip));
    }
}
