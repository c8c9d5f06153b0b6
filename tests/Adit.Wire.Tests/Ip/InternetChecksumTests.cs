using System.Buffers.Binary;
using System.Diagnostics;
using Adit.TestKit.Codecs;
using Adit.Wire.Ip;

namespace Adit.Wire.Tests.Ip;

/// <summary>RFC 1071 and RFC 1624, beside the plainest possible loop.</summary>
public sealed class InternetChecksumTests
{
    [Fact]
    public void Example_IsThatOfTheSpecification()
    {
        byte[] octets = Octets.Of("0001f203f4f5f6f7"); // RFC 1071 §3
        Assert.Equal(0xddf2u, InternetChecksum.Sum(octets));
        Assert.Equal(0x220d, InternetChecksum.Compute(octets));
        Assert.Equal(0xe5f6u, InternetChecksum.Sum(Octets.Of("0001e5f5")));
    }

    [Fact]
    public void EveryLength_AgreesWithThePlainLoop()
    {
        byte[] octets = new byte[2100];
        new Random(1).NextBytes(octets);
        octets.AsSpan(700, 700).Fill(0xff);
        for (int length = 0; length <= 2048; length++)
        {
            int start = length % 37;
            Assert.Equal(Plain(octets.AsSpan(start, length)), InternetChecksum.Sum(octets.AsSpan(start, length)));
        }
    }

    [Fact]
    public void LargestPacket_OfOnes_DoesNotOverflow()
    {
        byte[] octets = new byte[1 << 20];
        octets.AsSpan().Fill(0xff);
        Assert.Equal(0xffffu, InternetChecksum.Sum(octets));
        Assert.Equal(0u, InternetChecksum.Sum(new byte[1 << 20]));
    }

    [Fact]
    public void Pieces_AddUp_WhereverTheyAreCut()
    {
        byte[] octets = new byte[501];
        new Random(2).NextBytes(octets);
        uint whole = InternetChecksum.Sum(octets);
        for (int cut = 0; cut <= octets.Length; cut++)
            Assert.Equal(whole, InternetChecksum.AddAt(InternetChecksum.Sum(octets.AsSpan(0, cut)), InternetChecksum.Sum(octets.AsSpan(cut)), cut));
    }

    [Fact]
    public void Update_IsThatOfTheSpecification()
    {
        Assert.Equal(0x0000, InternetChecksum.Update(0xdd2f, 0x5555, (ushort)0x3285)); // RFC 1624 §4
        byte[] octets = new byte[40];
        var random = new Random(3);
        for (int i = 0; i < 10_000; i++)
        {
            random.NextBytes(octets);
            ushort before = InternetChecksum.Compute(octets);
            int at = random.Next(19) * 2;
            ushort old = BinaryPrimitives.ReadUInt16BigEndian(octets.AsSpan(at));
            uint wide = BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(at));
            BinaryPrimitives.WriteUInt16BigEndian(octets.AsSpan(at), (ushort)(old + i));
            Assert.Equal(InternetChecksum.Compute(octets), InternetChecksum.Update(before, old, (ushort)(old + i)));
            Assert.Equal(InternetChecksum.Compute(octets), InternetChecksum.Update(before, wide, BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(at))));
        }
    }

    [Theory]
    [InlineData("450000210001000040118e8fc0000201c6336407003512b5000dbcdb68656c6c6f")] // scapy: UDP
    [InlineData("450000310001000040068e8ac0000201c63364079c4001bb00000001000000007002faf0e0a7000001020405b400000071")] // scapy: TCP
    public void PseudoHeader_OfIpv4_MakesThePacketValid(string notation)
    {
        Ipv4Packet.TryDecode(Octets.Of(notation), out Ipv4Packet packet);
        uint pseudo = InternetChecksum.PseudoHeader(packet.Source, packet.Destination, packet.Protocol, packet.Payload.Length);
        Assert.True(packet.HasValidChecksum);
        Assert.Equal(0xffffu, InternetChecksum.Add(pseudo, InternetChecksum.Sum(packet.Payload)));
    }

    [Theory]
    [InlineData("6b912345000b114020010db800000000000000000000000120010db800000000000000000000000200010002000bdffd616263")]
    [InlineData("600000000018064020010db800000000000000000000000120010db80000000000000000000000029c4001bb00000001000000006002faf0a3d80000020405a0")]
    public void PseudoHeader_OfIpv6_MakesThePacketValid(string notation)
    {
        Ipv6Packet.TryDecode(Octets.Of(notation), out Ipv6Packet packet);
        uint pseudo = InternetChecksum.PseudoHeader(packet.Source, packet.Destination, packet.NextHeader, packet.Payload.Length);
        Assert.Equal(0xffffu, InternetChecksum.Add(pseudo, InternetChecksum.Sum(packet.Payload)));
    }

    [Fact]
    public void UdpZero_BecomesOnes()
    {
        Assert.Equal(0xffff, InternetChecksum.FinishUdp(0xffff));
        Assert.Equal(0x0000, InternetChecksum.Finish(0xffff));
    }

    // No assertion of speed on a shared machine: the figure is printed. Run with -explicit only.
    [Fact(Explicit = true)]
    public void Speed()
    {
        byte[] octets = new byte[1420];
        new Random(4).NextBytes(octets);
        uint sum = 0;
        for (int round = 0; round < 5; round++)
        {
            long from = Stopwatch.GetTimestamp();
            const int Times = 1_000_000;
            for (int i = 0; i < Times; i++) sum += InternetChecksum.Sum(octets);
            TestContext.Current.TestOutputHelper?.WriteLine($"{octets.Length * (double)Times / Stopwatch.GetElapsedTime(from).TotalSeconds / 1e9:F1} GB/s {sum}");
        }
    }

    private static uint Plain(ReadOnlySpan<byte> octets)
    {
        ulong sum = 0;
        for (int i = 0; i < octets.Length; i++) sum += (i & 1) == 0 ? (ulong)octets[i] << 8 : octets[i];
        while (sum > 0xffff) sum = (sum >> 16) + (sum & 0xffff);
        return (uint)sum;
    }
}
