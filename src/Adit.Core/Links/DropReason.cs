namespace Adit.Core.Links;

/// <summary>Why a packet went no further.</summary>
public enum DropReason : byte
{
    /// <summary>It was not dropped.</summary>
    None,

    /// <summary>It ends before its headers do, or a length contradicts it.</summary>
    Truncated,

    /// <summary>A header that its protocol forbids: version, reserved bits, a wrong protocol number.</summary>
    BadHeader,

    /// <summary>A checksum does not match, or stands where none was agreed on, or is missing where one was.</summary>
    BadChecksum,

    /// <summary>The key (GRE) or network identifier (VXLAN, GENEVE) is another tunnel's.</summary>
    WrongKey,

    /// <summary>A sequence number that is not newer than the last.</summary>
    OutOfSequence,

    /// <summary>The delivery packet did not come from the configured remote.</summary>
    WrongSource,

    /// <summary>An inner source address that may not come out of this tunnel (RFC 4213 §3.6), or that points elsewhere.</summary>
    SpoofedSource,

    /// <summary>Outer CE on an inner packet that knows no ECN (RFC 6040 §4.2).</summary>
    Congestion,

    /// <summary>Longer than the path takes, and not to be fragmented; the sender was told where its protocol allows.</summary>
    TooBig,

    /// <summary>Its own delivery packet, or the same protocol nested too deep (RFC 2473 §4.1.1).</summary>
    Loop,

    /// <summary>A protocol that the tunnel does not carry.</summary>
    Unsupported,

    /// <summary>No remote is known for its destination.</summary>
    NoRemote,

    /// <summary>The queue, the device or the socket had no room.</summary>
    NoRoom,

    /// <summary>The system refused to send it.</summary>
    SendFailed,

    /// <summary>The fault decorator lost it on purpose.</summary>
    Fault,

    /// <summary>A keepalive or another message that the link itself consumes, or a packet that was replaced by its fragments or copies: no loss.</summary>
    Consumed,
}
