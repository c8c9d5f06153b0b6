using System.Text;
using Adit.TestKit.Codecs;
using Adit.Wire.Smpp;
using Adit.Wire.Sms;

namespace Adit.Wire.Tests.Sms;

public sealed class SmsCodecTests
{
    private const int Inputs = 400_000;

    public static TheoryData<string> Cases => [.. SmsTargets.Cases.Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Vector_DecodesAndReencodesByteExact(string name) => SmsTargets.Cases.Single(c => c.Name == name).CheckVector();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Prefix_IsTruncated(string name) => SmsTargets.Cases.Single(c => c.Name == name).CheckPrefixes();

    [Fact]
    public void Mutation_NeverThrows()
    {
        foreach (FuzzTarget target in SmsTargets.All) MutationRunner.Run(target, MutationRunner.Seed, Inputs / SmsTargets.All.Count);
    }

    [Fact]
    public void Submit_EveryField()
    {
        Assert.Equal(DecodeStatus.Ok, SmppMessage.TryDecode(SmsTargets.Submit, out SmppMessage message));
        Assert.Equal(new SmppAddress(1, 1, "4917000001"), message.Source);
        Assert.Equal("+4917000002", message.Destination.ToString());
        Assert.Equal(4, message.DataCoding);
        Assert.True(SmppTime.TryReadRelative(message.ValidityPeriod, out TimeSpan validity));
        Assert.Equal(TimeSpan.FromMinutes(5), validity);
        Assert.Equal("102030", Convert.ToHexString(message.Text));
        byte[] again = new byte[message.EncodedLength];
        message.Encode(again);
        Assert.Equal(SmsTargets.Submit, again);
        for (int length = 0; length < SmsTargets.Submit.Length; length++) Assert.Equal(DecodeStatus.Truncated, SmppMessage.TryDecode(SmsTargets.Submit.AsSpan(0, length), out _));
    }

    [Fact]
    public void Payload_StandsForShortMessage()
    {
        Assert.Equal(DecodeStatus.Ok, SmppMessage.TryDecode(SmsTargets.Payload, out SmppMessage message));
        Assert.True(message.HasUserDataHeader);
        Assert.Equal(DecodeStatus.Ok, SmsPorts.TryDecode(message.Text, out int length, out int port));
        Assert.Equal((7, 0x15b3), (length, port));
        Assert.Equal("101112", Convert.ToHexString(message.Text[length..]));
        Assert.False(message.IsNotice);
    }

    [Theory]
    [InlineData(300, "000000000500000R")]
    [InlineData(90_061, "000001010101000R")]
    public void RelativeTime_AsTheSpecificationWritesIt(int seconds, string text)
    {
        Assert.Equal(text, SmppTime.Relative(TimeSpan.FromSeconds(seconds)));
        Assert.True(SmppTime.TryReadRelative(text, out TimeSpan read));
        Assert.Equal(seconds, read.TotalSeconds);
    }

    [Fact]
    public void Deliver_KnownPdu()
    {
        Assert.Equal(DecodeStatus.Ok, SmsDeliver.TryDecode(SmsTargets.Deliver, out SmsDeliver deliver));
        Assert.Equal("+31641600986", deliver.Originator.ToString());
        Assert.Equal(new DateTimeOffset(2002, 8, 26, 19, 37, 41, TimeSpan.FromHours(2)), deliver.Time);
        byte[] septets = new byte[deliver.UserDataLength];
        Assert.Equal(10, Gsm7.Unpack(deliver.UserData, septets));
        Assert.Equal("hellohello", Encoding.ASCII.GetString(septets));
        byte[] again = new byte[deliver.EncodedLength];
        deliver.Encode(again);
        Assert.Equal(SmsTargets.Deliver, again);
        for (int length = 0; length < SmsTargets.Deliver.Length; length++) Assert.Equal(DecodeStatus.Truncated, SmsDeliver.TryDecode(SmsTargets.Deliver.AsSpan(0, length), out _));
    }

    [Fact]
    public void SubmitTpdu_KnownPdu()
    {
        Assert.Equal(DecodeStatus.Ok, SmsSubmit.TryDecode(SmsTargets.SubmitTpdu, out SmsSubmit submit));
        Assert.Equal("+46708251358", submit.Destination.ToString());
        Assert.Equal(TimeSpan.FromDays(4), SmsValidity.Decode(submit.Validity!.Value));
        byte[] again = new byte[submit.EncodedLength];
        submit.Encode(again);
        Assert.Equal(SmsTargets.SubmitTpdu, again);
        for (int length = 0; length < SmsTargets.SubmitTpdu.Length; length++) Assert.Equal(DecodeStatus.Truncated, SmsSubmit.TryDecode(SmsTargets.SubmitTpdu.AsSpan(0, length), out _));
    }

    [Theory]
    [InlineData(5, 0)]
    [InlineData(12 * 60, 143)]
    [InlineData(12 * 60 + 30, 144)]
    [InlineData(24 * 60, 167)]
    [InlineData(2 * 24 * 60, 168)]
    [InlineData(5 * 7 * 24 * 60, 197)]
    public void Validity_EachStep(int minutes, byte octet)
    {
        Assert.Equal(octet, SmsValidity.Encode(TimeSpan.FromMinutes(minutes)));
        Assert.Equal(minutes, SmsValidity.Decode(octet).TotalMinutes);
    }

    [Fact]
    public void Septets_EveryLengthBothWays()
    {
        byte[] septets = [.. Enumerable.Range(0, 160).Select(i => (byte)(i * 53 % 128))];
        for (int length = 0; length <= septets.Length; length++)
        {
            byte[] packed = new byte[Gsm7.PackedLength(length)], back = new byte[length];
            Assert.Equal(packed.Length, Gsm7.Pack(septets.AsSpan(0, length), packed));
            Assert.Equal(length, Gsm7.Unpack(packed, back));
            Assert.Equal(septets[..length], back);
        }
    }

    [Fact]
    public void Text_EveryLengthBothWays_AndSameInBothAlphabets()
    {
        byte[] octets = [.. Enumerable.Range(0, 120).Select(i => (byte)(i * 37))];
        byte[] text = new byte[160], back = new byte[120];
        for (int length = 0; length <= octets.Length; length++)
        {
            int characters = SmsText.Encode(octets.AsSpan(0, length), text);
            Assert.Equal(SmsText.LengthOf(length), characters);
            Assert.All(text[..characters], c => Assert.Equal(c, Gsm7.SeptetOf((char)c)));
            Assert.Equal(DecodeStatus.Ok, SmsText.TryDecode(text.AsSpan(0, characters), back, out int decoded));
            Assert.Equal(octets[..length], back[..decoded]);
        }
    }
}
