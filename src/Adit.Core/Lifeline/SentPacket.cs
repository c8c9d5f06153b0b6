namespace Adit.Core.Lifeline;

/// <summary>A packet that is on its way, and what to send again when it is lost.</summary>
internal struct SentPacket
{
    /// <summary>Its number.</summary>
    public long Number;

    /// <summary>When it left, in microseconds.</summary>
    public long SentAt;

    /// <summary>Octets of the datagram.</summary>
    public int Size;

    /// <summary>The octets of the stream in it.</summary>
    public long DataStart;

    /// <summary>Where they end.</summary>
    public long DataEnd;

    /// <summary>Whether it asked for an acknowledgement, and so counts as on its way.</summary>
    public bool IsEliciting;

    /// <summary>Whether the end of the stream was in it.</summary>
    public bool HasFin;

    /// <summary>Whether a new limit was in it.</summary>
    public bool HasMaxData;

    /// <summary>Whether the state of the path was in it.</summary>
    public bool HasPathStatus;

    /// <summary>Whether it said how far the peer's octets are here.</summary>
    public bool HasArrived;

    /// <summary>Whether it is settled: acknowledged, or taken for lost.</summary>
    public bool IsSettled;
}
