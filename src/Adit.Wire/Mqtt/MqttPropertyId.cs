namespace Adit.Wire.Mqtt;

/// <summary>The properties of MQTT 5 (§2.2.2.2).</summary>
public enum MqttPropertyId
{
    /// <summary>An octet.</summary>
    PayloadFormatIndicator = 1,

    /// <summary>Four octets: seconds.</summary>
    MessageExpiryInterval = 2,

    /// <summary>Text.</summary>
    ContentType = 3,

    /// <summary>Text.</summary>
    ResponseTopic = 8,

    /// <summary>Octets.</summary>
    CorrelationData = 9,

    /// <summary>A variable integer.</summary>
    SubscriptionIdentifier = 11,

    /// <summary>Four octets: seconds.</summary>
    SessionExpiryInterval = 17,

    /// <summary>Text.</summary>
    AssignedClientIdentifier = 18,

    /// <summary>Two octets: seconds.</summary>
    ServerKeepAlive = 19,

    /// <summary>Text.</summary>
    AuthenticationMethod = 21,

    /// <summary>Octets.</summary>
    AuthenticationData = 22,

    /// <summary>An octet.</summary>
    RequestProblemInformation = 23,

    /// <summary>Four octets: seconds.</summary>
    WillDelayInterval = 24,

    /// <summary>An octet.</summary>
    RequestResponseInformation = 25,

    /// <summary>Text.</summary>
    ResponseInformation = 26,

    /// <summary>Text.</summary>
    ServerReference = 28,

    /// <summary>Text.</summary>
    ReasonString = 31,

    /// <summary>Two octets: messages of QoS 1 and 2 that may wait for an answer.</summary>
    ReceiveMaximum = 33,

    /// <summary>Two octets.</summary>
    TopicAliasMaximum = 34,

    /// <summary>Two octets.</summary>
    TopicAlias = 35,

    /// <summary>An octet.</summary>
    MaximumQos = 36,

    /// <summary>An octet.</summary>
    RetainAvailable = 37,

    /// <summary>A pair of texts.</summary>
    UserProperty = 38,

    /// <summary>Four octets: octets of the longest packet.</summary>
    MaximumPacketSize = 39,

    /// <summary>An octet.</summary>
    WildcardSubscriptionAvailable = 40,

    /// <summary>An octet.</summary>
    SubscriptionIdentifierAvailable = 41,

    /// <summary>An octet.</summary>
    SharedSubscriptionAvailable = 42,
}
