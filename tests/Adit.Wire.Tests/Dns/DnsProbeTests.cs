using Adit.Wire.Dns.Payload;

namespace Adit.Wire.Tests.Dns;

/// <summary>Probes of a path.</summary>
public sealed class DnsProbeTests
{
    private static readonly DnsProbe Probe = new(250_000, 300, 0x01020304);

    [Fact]
    public void Question_IsWhatTheSpecificationSays()
    {
        byte[] room = new byte[10];
        Probe.WriteQuestion(room);
        Assert.Equal("7032012C010203040DB4", Convert.ToHexString(room)); // 250 ms are 50 steps; 13, 13 + 167
        Assert.Equal(DecodeStatus.Ok, DnsProbe.TryReadQuestion(room, out DnsProbe read));
        Assert.Equal(Probe, read);
    }

    [Fact]
    public void Answer_ComesBack_AsLongAsWanted()
    {
        byte[] room = new byte[400];
        int length = Probe.WriteAnswer(77, isStream: true, room);
        Assert.Equal(300, length);
        Assert.Equal(DecodeStatus.Ok, Probe.TryReadAnswer(room.AsSpan(0, length), 77, out bool isStream, out int most));
        Assert.True(isStream);
        Assert.Equal(400, most);
        Assert.Equal(64, Probe.WriteAnswer(77, false, room.AsSpan(0, 64)));
        Assert.Equal(0, Probe.WriteAnswer(77, false, room.AsSpan(0, DnsProbe.AnswerLength - 1)));
    }

    [Fact]
    public void AnyChangedOctet_IsSeen()
    {
        byte[] room = new byte[120];
        int length = Probe.WriteAnswer(77, false, room);
        Assert.Equal(DecodeStatus.BadValue, Probe.TryReadAnswer(room.AsSpan(0, length), 78, out _, out _));
        for (int i = 0; i < length; i++)
        {
            if (i is >= 9 and <= 11) continue; // what it tells
            byte[] changed = room.AsSpan(0, length).ToArray();
            changed[i] ^= 0x20;
            Assert.Equal(DecodeStatus.BadValue, Probe.TryReadAnswer(changed, 77, out _, out _));
        }
    }

    [Fact]
    public void Prefixes_AreTruncated_AndNoiseIsNoProbe()
    {
        byte[] room = new byte[64];
        Probe.WriteQuestion(room);
        for (int i = 0; i < DnsProbe.QuestionLength; i++) Assert.Equal(DecodeStatus.Truncated, DnsProbe.TryReadQuestion(room.AsSpan(0, i), out _));
        Probe.WriteAnswer(7, false, room);
        for (int i = 0; i < DnsProbe.AnswerLength; i++) Assert.Equal(DecodeStatus.Truncated, Probe.TryReadAnswer(room.AsSpan(0, i), 7, out _, out _));
        var random = new Random(3);
        for (int i = 0; i < 100_000; i++)
        {
            byte[] noise = new byte[random.Next(64)];
            random.NextBytes(noise);
            _ = DnsProbe.TryReadQuestion(noise, out _);
            Assert.NotEqual(DecodeStatus.Ok, Probe.TryReadAnswer(noise, 7, out _, out _));
        }
    }

    [Fact]
    public void Hash_IsFnv1a()
    {
        Assert.Equal(0x811c9dc5u, DnsProbe.HashOf([]));
        Assert.Equal(0xbf9cf968u, DnsProbe.HashOf("foobar"u8));
    }
}
