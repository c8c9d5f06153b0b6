using Adit.Carriers.Mqtt;
using Adit.Core;
using Adit.TestKit.Codecs;
using Adit.Wire;
using Adit.Wire.Mqtt;

namespace Adit.Carriers.Tests.Mqtt;

/// <summary>The engine under virtual time, against packets written by hand.</summary>
public sealed class MqttSessionTests
{
    private const long Second = 1_000_000;

    private byte[] _spare = new byte[1024];

    [Fact]
    public void KeepAlive_AsksWhereEitherDirectionWasSilent_AndFailsWithoutAnswer()
    {
        MqttSession session = Connected(MqttVersion.V5, "20 03 00 00 00");
        Assert.Equal(30 * Second, session.Deadline);
        session.Tick((30 * Second) - 1);
        Assert.Equal(0, session.OutputLength);
        session.Tick(30 * Second);
        Assert.Equal(Octets.Of("c0 00"), Output(session));
        Assert.Equal(40 * Second, session.Deadline);
        Assert.True(session.TryReceive(Octets.Of("d0 00"), 39 * Second, out int consumed, out _));
        Assert.Equal(2, consumed);

        // Sending alone is no sign that the broker lives.
        MqttTopic topic = session.OpenTopic("t");
        for (long now = 40 * Second; now < 69 * Second; now += Second)
        {
            Assert.True(session.Publish(topic, [1], default, MqttQos.AtMostOnce, now));
            session.Tick(now);
        }

        session.Tick(69 * Second);
        Assert.EndsWith("c000", Convert.ToHexStringLower(Output(session)), StringComparison.Ordinal);
        session.Tick(79 * Second);
        Assert.Equal(TunnelError.TimedOut, session.Failure?.Error);
    }

    [Fact]
    public void KeepAlive_IsTheServers_WhereItWantsLess()
    {
        MqttSession session = Connected(MqttVersion.V5, "20 06 00 00 03 13 000a"); // Server Keep Alive 10
        Assert.Equal(10 * Second, session.Deadline);
    }

    [Fact]
    public void Qos1_GoesAsFarAsReceiveMaximum_AndThenAtQos0()
    {
        MqttSession session = Connected(MqttVersion.V5, "20 06 00 00 03 21 0002"); // Receive Maximum 2
        MqttTopic topic = session.OpenTopic("t");
        MqttQos[] sent = [.. Enumerable.Range(0, 4).Select(_ => PublishOne(session, topic))];
        Assert.Equal([MqttQos.AtLeastOnce, MqttQos.AtLeastOnce, MqttQos.AtMostOnce, MqttQos.AtMostOnce], sent);
        Assert.True(session.TryReceive(Octets.Of("40 03 0001 10"), 0, out _, out MqttArrival arrival));
        Assert.Equal((MqttArrivalKind.Acknowledged, MqttReasonCode.NoMatchingSubscribers, "t"), (arrival.Kind, arrival.Reason, arrival.Name));
        Assert.True(session.TryReceive(Octets.Of("40 02 0001"), 0, out _, out arrival)); // again: of no meaning
        Assert.Equal(MqttArrivalKind.None, arrival.Kind);
        Assert.Equal(MqttQos.AtLeastOnce, PublishOne(session, topic));
        Assert.Equal(MqttQos.AtMostOnce, PublishOne(session, topic));
    }

    [Fact]
    public void Qos1_IsNotUsed_WhereTheServerTakesNone()
    {
        MqttSession session = Connected(MqttVersion.V5, "20 05 00 00 02 24 00"); // Maximum QoS 0
        Assert.Equal(MqttQos.AtMostOnce, PublishOne(session, session.OpenTopic("t")));
    }

    [Fact]
    public void PacketIdentifiers_AreNeverZero_NorInUse()
    {
        MqttSession session = Connected(MqttVersion.V5, "20 03 00 00 00");
        session.Subscribe("kept", MqttQos.AtMostOnce, 0); // id 1 stays without an answer
        Output(session);
        MqttTopic topic = session.OpenTopic("t");
        for (int i = 0; i < 70_000; i++)
        {
            session.Publish(topic, [1], default, MqttQos.AtLeastOnce, 0);
            byte[] packet = Output(session);
            Assert.Equal(DecodeStatus.Ok, MqttPublish.TryRead(packet, MqttVersion.V5, out MqttPublish publish));
            Assert.NotInRange(publish.PacketId, 0, 1);
            Assert.True(session.TryReceive([0x40, 2, (byte)(publish.PacketId >> 8), (byte)publish.PacketId], 0, out _, out _));
        }
    }

    [Fact]
    public void TopicAlias_StandsForTheTopic_AndIsGivenAnew()
    {
        MqttSession session = Connected(MqttVersion.V5, "20 06 00 00 03 22 0001"); // Topic Alias Maximum 1
        MqttTopic first = session.OpenTopic("first"), second = session.OpenTopic("second");
        Assert.Equal("first 1", Published(session, first));
        Assert.Equal(" 1", Published(session, first));
        Assert.Equal("second 0", Published(session, second)); // there is but one
        session.CloseTopic(first);
        MqttTopic third = session.OpenTopic("third");
        Assert.Equal("third 1", Published(session, third));
        Assert.Equal(" 1", Published(session, third));
    }

    [Fact]
    public void TopicAlias_OfTheBroker_IsKeptAndBounded()
    {
        MqttSession session = Connected(MqttVersion.V5, "20 03 00 00 00");
        Assert.True(session.TryReceive(Octets.Of("30 08 0001 't' 03 23 0010 'x'"), 0, out _, out _));
        Assert.True(session.TryReceive(Octets.Of("30 07 0000 03 23 0010 'y'"), 0, out _, out MqttArrival arrival));
        Assert.Equal(("t"u8.ToArray(), "y"u8.ToArray()), (arrival.Topic.ToArray(), arrival.Payload.ToArray()), new PairComparer());
        Assert.False(session.TryReceive(Octets.Of("30 08 0001 't' 03 23 0011 'x'"), 0, out _, out _)); // §3.3.2.3.4: more than was offered
        Assert.Equal(TunnelError.ProtocolViolation, session.Failure?.Error);

        session = Connected(MqttVersion.V5, "20 03 00 00 00");
        Assert.False(session.TryReceive(Octets.Of("30 07 0000 03 23 0001 'y'"), 0, out _, out _)); // §3.3.4: never set
        Assert.NotNull(session.Failure);
    }

    [Fact]
    public void MaximumPacketSize_OfTheBroker_IsHonoured()
    {
        MqttSession session = Connected(MqttVersion.V5, "20 08 00 00 05 27 00000064"); // 100 octets
        MqttTopic topic = session.OpenTopic("t");
        int limit = session.PayloadLimit(1);
        Assert.False(session.Publish(topic, new byte[limit + 1], default, MqttQos.AtMostOnce, 0));
        Assert.Equal(0, session.OutputLength);
        Assert.True(session.Publish(topic, new byte[limit], default, MqttQos.AtLeastOnce, 0));
        Assert.InRange(Output(session).Length, limit, 100);
    }

    [Fact]
    public void TooLongMessages_ArePassedOver_AndAcknowledged_SplitAnywhere()
    {
        byte[] tail = Octets.Of("30 04 0001 't' 'x'");
        byte[] tooLong = [.. Octets.Of("32 b817 0001 't' 0007"), .. new byte[3000 - 5], .. tail];
        for (int cut = 1; cut < tooLong.Length; cut += 7)
        {
            MqttSession session = Connected(MqttVersion.V311, "20 02 00 00", longest: 2000);
            List<string> messages = [];
            byte[] rest = tooLong[..cut];
            Drain(session, ref rest, messages);
            rest = [.. rest, .. tooLong[cut..]];
            Drain(session, ref rest, messages);
            Assert.Empty(rest);
            Assert.Equal(["x"], messages);
            Assert.Equal(Octets.Of("40 02 0007"), Output(session));
        }
    }

    [Theory]
    [InlineData("30 04 0001 't' 'x'")] // before CONNACK
    [InlineData("20 02 00 00 20 02 00 00")] // twice
    [InlineData("20 02 01 00")] // a session though Clean Start
    [InlineData("20 02 00 00 f0 00")] // AUTH
    [InlineData("20 02 00 00 e0 00")] // DISCONNECT of a 3.1.1 server
    [InlineData("20 02 00 00 34 06 0001 't' 0001 'x'")] // QoS 2
    [InlineData("20 02 00 00 82 06 0001 0001 't' 00")] // SUBSCRIBE
    [InlineData("20 02 00 00 50 02 0001")] // PUBREC
    public void Brokers_ThatBreakTheProtocol_AreLeft(string notation)
    {
        var session = new MqttSession(new MqttSessionOptions { ClientId = "c" }, MqttVersion.V311, 0);
        byte[] octets = Octets.Of(notation);
        Drain(session, ref octets, []);
        Assert.Equal(TunnelError.ProtocolViolation, session.Failure?.Error);
    }

    [Fact]
    public void RetainedMessages_AreNobodysOfUs()
    {
        MqttSession session = Connected(MqttVersion.V311, "20 02 00 00");
        byte[] octets = Octets.Of("31 04 0001 't' 'x' 30 04 0001 't' 'y'");
        List<string> messages = [];
        Drain(session, ref octets, messages);
        Assert.Equal(["y"], messages);
    }

    [Theory]
    [InlineData(MqttVersion.V5, "31 0a 0003 'a/p' 00 'here' 33 0c 0003 'a/p' 0001 00 'here' 31 06 0003 'a/p' 00 82 09 0002 00 0003 'a/p' 05 82 09 0003 00 0003 'a/b' 24")]
    [InlineData(MqttVersion.V311, "31 09 0003 'a/p' 'here' 33 0b 0003 'a/p' 0001 'here' 31 05 0003 'a/p' 82 08 0002 0003 'a/p' 01 82 08 0003 0003 'a/b' 00")]
    public void RetainedMessage_IsTakenAwayByTheWill_AndHasNoExpiry(MqttVersion version, string expected)
    {
        var session = new MqttSession(new MqttSessionOptions { ClientId = "c", ClearedTopic = "a/p" }, version, 0);
        Assert.Equal(DecodeStatus.Ok, MqttConnect.TryRead(Output(session), out MqttConnect connect));
        Assert.Equal(("a/p", true, MqttQos.AtLeastOnce, 0), (System.Text.Encoding.ASCII.GetString(connect.WillTopic), connect.WillRetain, connect.WillQos, connect.WillPayload.Length));
        Assert.True(session.TryReceive(Octets.Of(version == MqttVersion.V5 ? "20 03 00 00 00" : "20 02 00 00"), 0, out _, out _));
        MqttTopic topic = session.OpenTopic("a/p");
        session.Publish(topic, "here"u8, default, MqttQos.AtMostOnce, 0, retain: true);
        session.Publish(topic, "he"u8, "re"u8, MqttQos.AtLeastOnce, 0, retain: true);
        session.Publish(topic, default, default, MqttQos.AtMostOnce, 0, retain: true);
        session.Subscribe("a/p", MqttQos.AtLeastOnce, 0, retained: true);
        session.Subscribe("a/b", MqttQos.AtMostOnce, 0);
        Assert.Equal(Octets.Of(expected), Output(session));
    }

    [Fact]
    public void Pace_KeepsTheRate()
    {
        var pace = new MqttPace(1_000_000);
        long now = 0, sent = 0;
        while (now < 10 * Second)
        {
            if (pace.WaitFrom(now) is > 0 and var wait)
            {
                now += wait;
                continue;
            }

            pace.Note(16_384, now);
            sent += 16_384;
        }

        Assert.InRange(sent, 9_900_000, 10_200_000);
        Assert.Equal(0, new MqttPace(0).WaitFrom(0));
    }

    private static MqttQos PublishOne(MqttSession session, MqttTopic topic)
    {
        byte[] spare = new byte[1024];
        session.Publish(topic, [1], default, MqttQos.AtLeastOnce, 0);
        Assert.Equal(DecodeStatus.Ok, MqttPublish.TryRead(session.TakeOutput(ref spare).Span, session.Version, out MqttPublish publish));
        return publish.Qos;
    }

    private static void Drain(MqttSession session, ref byte[] rest, List<string> messages)
    {
        while (true)
        {
            bool taken = session.TryReceive(rest, 0, out int consumed, out MqttArrival arrival);
            if (arrival.Kind == MqttArrivalKind.Message) messages.Add(System.Text.Encoding.ASCII.GetString(arrival.Payload));
            rest = rest[consumed..];
            if (!taken) return;
        }
    }

    private string Published(MqttSession session, MqttTopic topic)
    {
        session.Publish(topic, [1], default, MqttQos.AtMostOnce, 0);
        Assert.Equal(DecodeStatus.Ok, MqttPublish.TryRead(Output(session), MqttVersion.V5, out MqttPublish publish));
        return $"{System.Text.Encoding.ASCII.GetString(publish.Topic)} {publish.TopicAlias}";
    }

    private MqttSession Connected(MqttVersion version, string connack, int longest = 70_000)
    {
        var session = new MqttSession(new MqttSessionOptions { ClientId = "c", LongestPacket = longest }, version, 0);
        Assert.Equal(DecodeStatus.Ok, MqttConnect.TryRead(Output(session), out MqttConnect connect));
        Assert.Equal((version, true), (connect.Version, connect.CleanStart));
        Assert.True(session.TryReceive(Octets.Of(connack), 0, out _, out MqttArrival arrival));
        Assert.Equal((MqttArrivalKind.Connected, MqttReasonCode.Success), (arrival.Kind, arrival.Reason));
        return session;
    }

    private byte[] Output(MqttSession session) => session.TakeOutput(ref _spare).ToArray();

    private sealed class PairComparer : IEqualityComparer<(byte[] First, byte[] Second)>
    {
        public bool Equals((byte[] First, byte[] Second) x, (byte[] First, byte[] Second) y) => x.First.SequenceEqual(y.First) && x.Second.SequenceEqual(y.Second);

        public int GetHashCode((byte[] First, byte[] Second) obj) => 0;
    }
}
