namespace Adit.Wire.Lifeline;

/// <summary>The first octet of a frame. docs/protocols/lifeline.md §5.</summary>
public enum LifelineFrameType : byte
{
    /// <summary>Nothing; one octet.</summary>
    Padding = 0,

    /// <summary>Asks for an acknowledgement.</summary>
    Ping = 1,

    /// <summary>Packet numbers of this path that arrived.</summary>
    Ack = 2,

    /// <summary>Packet numbers of another path that arrived.</summary>
    AckOther = 3,

    /// <summary>Octets of the stream, with their offset and length.</summary>
    Data = 4,

    /// <summary>The same, up to the end of the datagram.</summary>
    DataToEnd = 5,

    /// <summary>How far the peer may write.</summary>
    MaxData = 6,

    /// <summary>Octets that wait at the server.</summary>
    Backlog = 7,

    /// <summary>Where the sender's direction ends.</summary>
    Fin = 8,

    /// <summary>The session is over, in both directions.</summary>
    Close = 9,

    /// <summary>Whether the sender wants this path to carry the stream, or to be kept for later.</summary>
    PathStatus = 10,

    /// <summary>How far the sender has the peer's octets, all of them: on a path that is new to a session, so that what was acknowledged on a lost one in vain is not sent again.</summary>
    Arrived = 11,
}
