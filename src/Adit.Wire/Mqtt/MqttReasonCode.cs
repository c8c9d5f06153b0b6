namespace Adit.Wire.Mqtt;

/// <summary>Why, in one octet (MQTT 5 §2.4); what MQTT 3.1.1's CONNACK says in its own numbers is said in these too. Below 0x80 is success.</summary>
public enum MqttReasonCode
{
    /// <summary>Success, or granted QoS 0, or normal disconnection.</summary>
    Success = 0x00,

    /// <summary>Granted QoS 1.</summary>
    GrantedQos1 = 0x01,

    /// <summary>Granted QoS 2.</summary>
    GrantedQos2 = 0x02,

    /// <summary>DISCONNECT of a client whose will is to be published.</summary>
    DisconnectWithWill = 0x04,

    /// <summary>The message was taken, and nobody subscribes to its topic.</summary>
    NoMatchingSubscribers = 0x10,

    /// <summary>There was no such subscription.</summary>
    NoSubscriptionExisted = 0x11,

    /// <summary>No reason given.</summary>
    UnspecifiedError = 0x80,

    /// <summary>A packet that cannot be read.</summary>
    MalformedPacket = 0x81,

    /// <summary>A packet that is not expected.</summary>
    ProtocolError = 0x82,

    /// <summary>Valid, and not accepted by this server.</summary>
    ImplementationSpecificError = 0x83,

    /// <summary>The server does not speak the version.</summary>
    UnsupportedProtocolVersion = 0x84,

    /// <summary>The client identifier is not allowed.</summary>
    ClientIdentifierNotValid = 0x85,

    /// <summary>Bad user name or password.</summary>
    BadUserNameOrPassword = 0x86,

    /// <summary>Not authorized.</summary>
    NotAuthorized = 0x87,

    /// <summary>The server is unavailable.</summary>
    ServerUnavailable = 0x88,

    /// <summary>The server is busy.</summary>
    ServerBusy = 0x89,

    /// <summary>Banned by the operator.</summary>
    Banned = 0x8a,

    /// <summary>The server shuts down.</summary>
    ServerShuttingDown = 0x8b,

    /// <summary>Bad authentication method.</summary>
    BadAuthenticationMethod = 0x8c,

    /// <summary>Nothing was heard for one and a half times the keep-alive.</summary>
    KeepAliveTimeout = 0x8d,

    /// <summary>Another client took the identifier.</summary>
    SessionTakenOver = 0x8e,

    /// <summary>A topic filter that is not accepted.</summary>
    TopicFilterInvalid = 0x8f,

    /// <summary>A topic name that is not accepted.</summary>
    TopicNameInvalid = 0x90,

    /// <summary>The packet identifier is in use.</summary>
    PacketIdentifierInUse = 0x91,

    /// <summary>More messages than Receive Maximum allows.</summary>
    ReceiveMaximumExceeded = 0x93,

    /// <summary>A topic alias out of range.</summary>
    TopicAliasInvalid = 0x94,

    /// <summary>Longer than Maximum Packet Size.</summary>
    PacketTooLarge = 0x95,

    /// <summary>Too many messages in too short a time.</summary>
    MessageRateTooHigh = 0x96,

    /// <summary>Quota exceeded.</summary>
    QuotaExceeded = 0x97,

    /// <summary>An operator's action.</summary>
    AdministrativeAction = 0x98,

    /// <summary>The payload is not what it was said to be.</summary>
    PayloadFormatInvalid = 0x99,

    /// <summary>Retained messages are not taken.</summary>
    RetainNotSupported = 0x9a,

    /// <summary>The QoS is not taken.</summary>
    QosNotSupported = 0x9b,

    /// <summary>Another server, for now.</summary>
    UseAnotherServer = 0x9c,

    /// <summary>Another server, for good.</summary>
    ServerMoved = 0x9d,

    /// <summary>The connection rate was exceeded.</summary>
    ConnectionRateExceeded = 0x9f,
}
