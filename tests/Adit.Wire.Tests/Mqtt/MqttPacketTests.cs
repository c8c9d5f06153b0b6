using System.Text;
using Adit.TestKit.Codecs;
using Adit.Wire.Mqtt;

namespace Adit.Wire.Tests.Mqtt;

public sealed class MqttPacketTests
{
    private const int Inputs = 200_000;

    public static TheoryData<MqttVersion, string> Packets => [.. MqttTargets.V5.Keys.Select(k => (MqttVersion.V5, k)), .. MqttTargets.V311.Keys.Select(k => (MqttVersion.V311, k))];

    [Theory]
    [MemberData(nameof(Packets))]
    public void Vector_DecodesAndReencodesByteExact(MqttVersion version, string name)
    {
        byte[] packet = Packet(version, name);
        byte[] again = new byte[packet.Length + 16];
        Array.Fill(again, (byte)0xaa);
        (DecodeStatus status, int written) = MqttTargets.Read(packet, version, again);
        Assert.Equal(DecodeStatus.Ok, status);
        if (name.EndsWith(" several", StringComparison.Ordinal)) return; // written for one topic at a time
        if (name is "connack of an older server" or "puback with a reason") return; // other forms of what is written
        Assert.Equal(packet, again[..written]);
    }

    [Theory]
    [MemberData(nameof(Packets))]
    public void Prefix_IsTruncated(MqttVersion version, string name)
    {
        byte[] packet = Packet(version, name);
        for (int length = 0; length < packet.Length; length++) Assert.Equal(DecodeStatus.Truncated, MqttTargets.Read(packet.AsSpan(0, length), version, new byte[256]).Status);
    }

    [Theory]
    [MemberData(nameof(Packets))]
    public void ShorterBody_IsNeverTruncated(MqttVersion version, string name)
    {
        // A packet whose length says that it is whole is wrong, or means something else; it does not wait for more.
        byte[] packet = Packet(version, name);
        for (int length = 2; length < packet.Length; length++)
        {
            byte[] cut = packet[..length];
            cut[1] = (byte)(length - 2);
            Assert.NotEqual(DecodeStatus.Truncated, MqttTargets.Read(cut, version, new byte[256]).Status);
        }
    }

    [Fact]
    public void AnyOctets_DoNotThrow()
    {
        foreach (FuzzTarget target in MqttTargets.All) MutationRunner.Run(target, MutationRunner.Seed, Inputs / MqttTargets.All.Count);
    }

    [Theory]
    [InlineData("00 00", DecodeStatus.BadValue)] // §2.1.2: type 0
    [InlineData("41 02 0001", DecodeStatus.BadValue)] // §2.1.3: flags of PUBACK
    [InlineData("80 08 0001 0003 'a/b' 01", DecodeStatus.BadValue)] // §2.1.3: flags of SUBSCRIBE
    [InlineData("36 07 0003 'a/b' 0001", DecodeStatus.BadValue)] // §3.3.1.2: QoS 3
    [InlineData("38 05 0003 'a/b'", DecodeStatus.BadValue)] // §3.3.1.1: DUP of QoS 0
    [InlineData("30 ffffffff", DecodeStatus.BadLength)] // §1.5.5: five octets
    [InlineData("30 8500 0003 'a/b'", DecodeStatus.BadLength)] // §1.5.5: longer than it need be
    [InlineData("30 06 0003 'a/b' 00", DecodeStatus.Ok)]
    [InlineData("30 06 0003 'a/+' 00", DecodeStatus.BadValue)] // §3.3.2.1: wildcard
    [InlineData("30 06 0003 'a/#' 00", DecodeStatus.BadValue)]
    [InlineData("30 03 0000 00", DecodeStatus.BadValue)] // §3.3.2.1: neither topic nor alias
    [InlineData("30 06 0003 'a' 00 'b' 00", DecodeStatus.BadValue)] // §1.5.4: U+0000
    [InlineData("30 06 0003 'a' c080 00", DecodeStatus.BadValue)] // §1.5.4: not UTF-8
    [InlineData("30 06 0003 eda080 00", DecodeStatus.BadValue)] // §1.5.4: a surrogate
    [InlineData("32 08 0003 'a/b' 0000 00", DecodeStatus.BadValue)] // §2.2.1: packet id 0
    [InlineData("30 09 0003 'a/b' 03 23 0000", DecodeStatus.BadValue)] // §3.3.2.3.4: alias 0
    [InlineData("30 0c 0003 'a/b' 06 23 0001 23 0001", DecodeStatus.BadValue)] // §2.2.2.2: twice
    [InlineData("30 09 0003 'a/b' 03 21 0001", DecodeStatus.BadValue)] // §2.2.2.2: not of PUBLISH
    [InlineData("30 08 0003 'a/b' 02 01 02", DecodeStatus.BadValue)] // §3.3.2.3.2
    [InlineData("30 08 0003 'a/b' 02 7f 02", DecodeStatus.BadValue)] // no such property
    [InlineData("30 0a 0003 'a/b' 04 0b 01 0b 02", DecodeStatus.Ok)] // §3.3.2.3.8: more than one
    [InlineData("30 07 0003 'a/b' 09 01", DecodeStatus.BadLength)] // properties beyond the end
    [InlineData("20 03 02 00 00", DecodeStatus.BadValue)] // §3.2.2.1
    [InlineData("20 03 01 87 00", DecodeStatus.BadValue)] // §3.2.2.1.1: a session, and refused
    [InlineData("20 06 00 00 03 21 0000", DecodeStatus.BadValue)] // §3.2.2.3.3
    [InlineData("90 04 0001 00 03", DecodeStatus.BadValue)] // §3.9.3
    [InlineData("90 03 0001 00", DecodeStatus.BadLength)] // §3.9.3: none
    [InlineData("82 09 0001 00 0003 'a/b' 03", DecodeStatus.BadValue)] // §3.8.3.1: QoS 3
    [InlineData("82 09 0001 00 0003 'a/b' 31", DecodeStatus.BadValue)] // §3.8.3.1: retain handling 3
    [InlineData("82 03 0001 00", DecodeStatus.BadLength)] // §3.8.3: none
    [InlineData("a2 03 0002 00", DecodeStatus.BadLength)]
    [InlineData("e0 02 00 05", DecodeStatus.BadLength)]
    public void Rules_OfVersion5(string notation, DecodeStatus expected) => Assert.Equal(expected, MqttTargets.Read(Octets.Of(notation), MqttVersion.V5, new byte[256]).Status);

    [Theory]
    [InlineData("20 02 00 06", DecodeStatus.BadValue)] // §3.2.2.3: reserved
    [InlineData("90 03 0001 81", DecodeStatus.BadValue)] // §3.9.3
    [InlineData("b0 03 0001 00", DecodeStatus.BadLength)] // §3.11
    [InlineData("82 08 0001 0003 'a/b' 05", DecodeStatus.BadValue)] // §3.8.3: reserved bits
    [InlineData("10 0d 0004 'MQTT' 04 03 003c 0001 'c'", DecodeStatus.BadValue)] // §3.1.2.3
    [InlineData("10 10 0004 'MQTT' 04 42 003c 0001 'c' 0001 'p'", DecodeStatus.BadValue)] // §3.1.2.9: a password without a user
    [InlineData("10 0d 0004 'MQTT' 03 02 003c 0001 'c'", DecodeStatus.Unsupported)]
    public void Rules_OfVersion311(string notation, DecodeStatus expected) => Assert.Equal(expected, MqttTargets.Read(Octets.Of(notation), MqttVersion.V311, new byte[256]).Status);

    [Fact]
    public void Fields_AreWhatTheVectorsSay()
    {
        Assert.Equal(DecodeStatus.Ok, MqttConnect.TryRead(Packet(MqttVersion.V5, "connect"), out MqttConnect connect));
        Assert.Equal((MqttVersion.V5, true, 30, 64, 70_000u, 16), (connect.Version, connect.CleanStart, connect.KeepAlive, connect.ReceiveMaximum, connect.MaximumPacketSize, connect.TopicAliasMaximum));
        Assert.Equal(("abc", "me", "s3cret"), (Encoding.ASCII.GetString(connect.ClientId), Encoding.ASCII.GetString(connect.User), Encoding.ASCII.GetString(connect.Password)));
        Assert.Equal(DecodeStatus.Ok, MqttConnack.TryRead(Packet(MqttVersion.V5, "connack"), MqttVersion.V5, out MqttConnack connack));
        Assert.Equal((10u, 20u, 65_536u, 7u), (connack.Properties.Find(MqttPropertyId.TopicAliasMaximum), connack.Properties.Find(MqttPropertyId.ReceiveMaximum), connack.Properties.Find(MqttPropertyId.MaximumPacketSize), connack.Properties.Find(MqttPropertyId.MaximumQos, 7)));
        Assert.Equal(DecodeStatus.Ok, MqttConnack.TryRead(Packet(MqttVersion.V5, "connack of an older server"), MqttVersion.V5, out connack));
        Assert.Equal(MqttReasonCode.UnsupportedProtocolVersion, connack.Reason);
        Assert.Equal(DecodeStatus.Ok, MqttConnack.TryRead(Packet(MqttVersion.V311, "connack refused"), MqttVersion.V311, out connack));
        Assert.Equal(MqttReasonCode.NotAuthorized, connack.Reason);
        Assert.Equal(DecodeStatus.Ok, MqttPublish.TryRead(Packet(MqttVersion.V5, "publish"), MqttVersion.V5, out MqttPublish publish));
        Assert.Equal((30u, 1, "a/b", "data"), (publish.MessageExpiry, publish.TopicAlias, Encoding.ASCII.GetString(publish.Topic), Encoding.ASCII.GetString(publish.Payload)));
        Assert.Equal(DecodeStatus.Ok, MqttSubscribe.TryRead(Packet(MqttVersion.V5, "subscribe"), MqttVersion.V5, out MqttSubscribe subscribe));
        Assert.Equal((MqttQos.AtLeastOnce, true, 2), (subscribe.Qos, subscribe.NoLocal, subscribe.RetainHandling));
        Assert.Equal(DecodeStatus.Ok, MqttSubscribe.TryRead(Packet(MqttVersion.V5, "subscribe to several"), MqttVersion.V5, out subscribe));
        Assert.True(subscribe.TryNext(MqttVersion.V5, out subscribe));
        Assert.Equal((1, "c/#", MqttQos.AtMostOnce), (subscribe.PacketId, Encoding.ASCII.GetString(subscribe.Filter), subscribe.Qos));
        Assert.False(subscribe.TryNext(MqttVersion.V5, out _));
        Assert.Equal(DecodeStatus.Ok, MqttUnsubscribe.TryRead(Packet(MqttVersion.V5, "unsubscribe from several"), MqttVersion.V5, out MqttUnsubscribe unsubscribe));
        Assert.True(unsubscribe.TryNext(out unsubscribe));
        Assert.Equal((2, "c/#"), (unsubscribe.PacketId, Encoding.ASCII.GetString(unsubscribe.Filter)));
        Assert.False(unsubscribe.TryNext(out _));
        Assert.Equal(DecodeStatus.Ok, MqttDisconnect.TryRead(Packet(MqttVersion.V5, "disconnect with a reason"), MqttVersion.V5, out MqttDisconnect disconnect));
        Assert.Equal(MqttReasonCode.ServerShuttingDown, disconnect.Reason);
    }

    private static byte[] Packet(MqttVersion version, string name) => (version == MqttVersion.V5 ? MqttTargets.V5 : MqttTargets.V311)[name];
}
