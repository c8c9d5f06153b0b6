namespace Adit.Core.Lifeline;

/// <summary>A server's end of one path, for the <see cref="ILifelineCarrier"/> that moves its datagrams. Safe for several threads.</summary>
public sealed class LifelineEndpoint
{
    private readonly TimeProvider _time;
    private readonly long _origin;

    internal LifelineEndpoint(LifelineStream stream, LifelinePath path, TimeProvider time, long origin) => (Stream, Path, _time, _origin) = (stream, path, time, origin);

    /// <summary>What the server called the path; in every DATA datagram.</summary>
    public uint Number => Path.Number;

    /// <summary>Whether the path was taken away.</summary>
    public bool IsRemoved => Path.IsRemoved;

    internal LifelineStream Stream { get; }

    internal LifelinePath Path { get; }

    /// <summary>Whether there is something to say now.</summary>
    public bool WantsToSend
    {
        get
        {
            lock (Stream.Session.Gate) return Stream.Session.WantsToSend(Path, LifelineStream.Now(_time, _origin));
        }
    }

    /// <summary>Whether the peer sent something of substance that was not acknowledged yet: what is sent next does so.</summary>
    public bool OwesAcknowledgement
    {
        get
        {
            lock (Stream.Session.Gate) return Path.AcknowledgeAt is not null;
        }
    }

    /// <summary>Writes a datagram to send now.</summary>
    /// <param name="room">All the room that there is.</param>
    /// <param name="always">Whether one is wanted though there be nothing to say.</param>
    /// <returns>Octets; 0 for none.</returns>
    public int Fill(Span<byte> room, bool always = false)
    {
        int length;
        lock (Stream.Session.Gate) length = Stream.Session.Poll(Path, room, LifelineStream.Now(_time, _origin), always);
        if (length > 0) Stream.Sent();
        return length;
    }

    /// <summary>The carrier has ended: the path goes, the session waits for another.</summary>
    /// <param name="reason">Why; null for no reason.</param>
    public void Remove(Exception? reason = null) => Stream.Detach(Path, reason);
}
