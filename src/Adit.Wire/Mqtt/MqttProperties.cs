namespace Adit.Wire.Mqtt;

/// <summary>The properties of a packet of MQTT 5, judged when they were read: each of a kind that the packet may have, once, with a value that it may have.</summary>
/// <remarks><code>
/// length (variable byte integer) | { identifier (variable byte integer) | value }      §2.2.2
/// </code></remarks>
public readonly ref struct MqttProperties
{
    // §2.2.2.2: which packets may have a property, a bit for each packet type; bit 0 is the will's.
    private const int Will = 1, Connect = 1 << 1, Connack = 1 << 2, Publish = 1 << 3, Acks = 0xf << 4, Subscribe = 1 << 8, Suback = 1 << 9, Unsubscribe = 1 << 10, Unsuback = 1 << 11, Disconnect = 1 << 14, Auth = 1 << 15;

    private readonly ReadOnlySpan<byte> _octets;

    /// <summary>Takes properties that the caller has made, to be written; they are not judged.</summary>
    /// <param name="octets">Them, without their length.</param>
    public MqttProperties(ReadOnlySpan<byte> octets) => _octets = octets;

    private enum Kind
    {
        None,
        Byte,
        UInt16,
        UInt32,
        Integer,
        Binary,
        Text,
        Pair,
    }

    /// <summary>The octets, without their length.</summary>
    public ReadOnlySpan<byte> Octets => _octets;

    /// <summary>Looks a number up.</summary>
    /// <param name="id">A property with a numeric value.</param>
    /// <param name="otherwise">What is meant where it is not there.</param>
    public uint Find(MqttPropertyId id, uint otherwise = 0)
    {
        var reader = new MqttReader(_octets);
        while (!reader.Rest.IsEmpty)
        {
            var each = (MqttPropertyId)reader.ReadInteger();
            uint value = ReadValue(ref reader, each);
            if (each == id) return value;
        }

        return otherwise;
    }

    /// <summary>Takes the properties off a packet.</summary>
    internal static MqttProperties Read(scoped ref MqttReader reader, MqttPacketType packet, bool isWill = false)
    {
        ReadOnlySpan<byte> octets = reader.Take((int)reader.ReadInteger());
        var inner = new MqttReader(octets);
        ulong seen = 0;
        while (!inner.Rest.IsEmpty)
        {
            uint id = inner.ReadInteger();
            ulong bit = id < 64 ? 1UL << (int)id : 0;
            if (KindOf((MqttPropertyId)id) == Kind.None || (PacketsOf((MqttPropertyId)id) & (isWill ? Will : 1 << (int)packet)) == 0) inner.Fail(DecodeStatus.BadValue); // §2.2.2.2
            // §2.2.2.2: more than once only where the property says so.
            bool repeats = id == (uint)MqttPropertyId.UserProperty || (id == (uint)MqttPropertyId.SubscriptionIdentifier && packet == MqttPacketType.Publish);
            if ((seen & bit) != 0 && !repeats) inner.Fail(DecodeStatus.BadValue);
            seen |= bit;
            uint value = ReadValue(ref inner, (MqttPropertyId)id);
            if (inner.Status == DecodeStatus.Ok && !IsAllowed((MqttPropertyId)id, value)) inner.Fail(DecodeStatus.BadValue);
        }

        if (inner.Status != DecodeStatus.Ok) reader.Fail(inner.Status);
        return new MqttProperties(octets);
    }

    /// <summary>Reads past a value; of a text or octets nothing is kept.</summary>
    private static uint ReadValue(scoped ref MqttReader reader, MqttPropertyId id)
    {
        switch (KindOf(id))
        {
            case Kind.Byte: return reader.ReadByte();
            case Kind.UInt16: return reader.ReadUInt16();
            case Kind.UInt32: return reader.ReadUInt32();
            case Kind.Integer: return reader.ReadInteger();
            case Kind.Binary: reader.ReadBinary(); return 0;
            case Kind.Text: reader.ReadText(); return 0;
            case Kind.Pair: reader.ReadText(); reader.ReadText(); return 0;
            default: reader.Fail(DecodeStatus.BadValue); return 0;
        }
    }

    private static bool IsAllowed(MqttPropertyId id, uint value) => id switch
    {
        MqttPropertyId.ReceiveMaximum or MqttPropertyId.MaximumPacketSize => value != 0, // §3.1.2.11.3, §3.1.2.11.4
        MqttPropertyId.TopicAlias => value != 0, // §3.3.2.3.4
        MqttPropertyId.SubscriptionIdentifier => value != 0, // §3.8.2.1.2
        MqttPropertyId.PayloadFormatIndicator or MqttPropertyId.RequestProblemInformation or MqttPropertyId.RequestResponseInformation or MqttPropertyId.MaximumQos or MqttPropertyId.RetainAvailable
            or MqttPropertyId.WildcardSubscriptionAvailable or MqttPropertyId.SubscriptionIdentifierAvailable or MqttPropertyId.SharedSubscriptionAvailable => value <= 1, // §3.1.2.11, §3.2.2.3
        _ => true,
    };

    private static Kind KindOf(MqttPropertyId id) => id switch
    {
        MqttPropertyId.PayloadFormatIndicator or MqttPropertyId.RequestProblemInformation or MqttPropertyId.RequestResponseInformation or MqttPropertyId.MaximumQos or MqttPropertyId.RetainAvailable
            or MqttPropertyId.WildcardSubscriptionAvailable or MqttPropertyId.SubscriptionIdentifierAvailable or MqttPropertyId.SharedSubscriptionAvailable => Kind.Byte,
        MqttPropertyId.ServerKeepAlive or MqttPropertyId.ReceiveMaximum or MqttPropertyId.TopicAliasMaximum or MqttPropertyId.TopicAlias => Kind.UInt16,
        MqttPropertyId.MessageExpiryInterval or MqttPropertyId.SessionExpiryInterval or MqttPropertyId.WillDelayInterval or MqttPropertyId.MaximumPacketSize => Kind.UInt32,
        MqttPropertyId.SubscriptionIdentifier => Kind.Integer,
        MqttPropertyId.CorrelationData or MqttPropertyId.AuthenticationData => Kind.Binary,
        MqttPropertyId.ContentType or MqttPropertyId.ResponseTopic or MqttPropertyId.AssignedClientIdentifier or MqttPropertyId.AuthenticationMethod or MqttPropertyId.ResponseInformation
            or MqttPropertyId.ServerReference or MqttPropertyId.ReasonString => Kind.Text,
        MqttPropertyId.UserProperty => Kind.Pair,
        _ => Kind.None,
    };

    private static int PacketsOf(MqttPropertyId id) => id switch
    {
        MqttPropertyId.PayloadFormatIndicator or MqttPropertyId.MessageExpiryInterval or MqttPropertyId.ContentType or MqttPropertyId.ResponseTopic or MqttPropertyId.CorrelationData => Publish | Will,
        MqttPropertyId.SubscriptionIdentifier => Publish | Subscribe,
        MqttPropertyId.SessionExpiryInterval => Connect | Connack | Disconnect,
        MqttPropertyId.AssignedClientIdentifier or MqttPropertyId.ServerKeepAlive or MqttPropertyId.ResponseInformation or MqttPropertyId.MaximumQos or MqttPropertyId.RetainAvailable
            or MqttPropertyId.WildcardSubscriptionAvailable or MqttPropertyId.SubscriptionIdentifierAvailable or MqttPropertyId.SharedSubscriptionAvailable => Connack,
        MqttPropertyId.AuthenticationMethod or MqttPropertyId.AuthenticationData => Connect | Connack | Auth,
        MqttPropertyId.RequestProblemInformation or MqttPropertyId.RequestResponseInformation => Connect,
        MqttPropertyId.WillDelayInterval => Will,
        MqttPropertyId.ServerReference => Connack | Disconnect,
        MqttPropertyId.ReasonString => Connack | Acks | Suback | Unsuback | Disconnect | Auth,
        MqttPropertyId.ReceiveMaximum or MqttPropertyId.TopicAliasMaximum or MqttPropertyId.MaximumPacketSize => Connect | Connack,
        MqttPropertyId.TopicAlias => Publish,
        MqttPropertyId.UserProperty => Will | Connect | Connack | Publish | Acks | Subscribe | Suback | Unsubscribe | Unsuback | Disconnect | Auth,
        _ => 0,
    };
}
