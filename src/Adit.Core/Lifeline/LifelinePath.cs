using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <summary>One path of a session: its keys, numbers, acknowledgements and what is on its way. Used through <see cref="LifelineSession"/>.</summary>
public sealed class LifelinePath : IDisposable
{
    private readonly byte[] _confirm;
    private readonly ArrivedPackets _arrived = new();

    internal LifelinePath(uint number, LifelineProfile profile, ReadOnlySpan<byte> sealSecret, ReadOnlySpan<byte> openSecret, ReadOnlySpan<byte> confirm, long now)
    {
        (Number, Profile) = (number, profile);
        Sealer = new DatagramCipher(sealSecret, profile.TagLength, seals: true);
        Opener = new DatagramCipher(openSecret, profile.TagLength, seals: false);
        Recovery = new PathRecovery(profile);
        _confirm = confirm.ToArray();
        LastHeard = LastSent = now;
    }

    /// <summary>What the server called it.</summary>
    public uint Number { get; }

    /// <summary>What its carrier can do.</summary>
    public LifelineProfile Profile { get; }

    /// <summary>Whether this side wants the stream on it.</summary>
    public bool IsWanted { get; internal set; } = true;

    /// <summary>Whether the peer wants the stream on it.</summary>
    public bool IsWantedByPeer { get; internal set; } = true;

    /// <summary>Whether anything authentic came from the peer.</summary>
    public bool IsConfirmed { get; internal set; }

    /// <summary>Whether it was removed.</summary>
    public bool IsRemoved { get; internal set; }

    /// <summary>When something authentic came last, in microseconds.</summary>
    public long LastHeard { get; internal set; }

    /// <summary>When something was sent last, in microseconds.</summary>
    public long LastSent { get; internal set; }

    /// <summary>The smoothed round trip, in microseconds.</summary>
    public long RoundTrip => Recovery.RoundTrip;

    /// <summary>Timeouts in a row.</summary>
    public int Timeouts => Recovery.Timeouts;

    /// <summary>Packets taken for lost so far.</summary>
    public long Lost => Recovery.Lost;

    /// <summary>Octets on their way.</summary>
    public int InFlight => Recovery.InFlight;

    /// <summary>Octets of datagrams that arrived at the peer, as far as that is known.</summary>
    public long Delivered => Recovery.Delivered;

    /// <summary>Octets of authentic datagrams that arrived here.</summary>
    public long Received { get; internal set; }

    /// <summary>What the peer still has to send, as it last said (BACKLOG).</summary>
    public long PeerBacklog { get; internal set; }

    internal PathRecovery Recovery { get; }

    internal DatagramCipher Sealer { get; }

    internal DatagramCipher Opener { get; }

    internal ReplayWindow Window { get; } = new();

    internal long NextNumber { get; set; }

    internal bool PingDue { get; set; }

    internal bool StatusDue { get; set; }

    /// <summary>Whether the peer is to be told how far its octets are here.</summary>
    internal bool ArrivedDue { get; set; }

    /// <summary>Whether the stream waits for the peer's word on how far it has it: what is sent before may be sent in vain.</summary>
    internal bool AwaitsPeer { get; set; }

    /// <summary>When an acknowledgement is due; null where nothing waits for one.</summary>
    internal long? AcknowledgeAt { get; private set; }

    /// <summary>Octets in front of the frames of the next datagram.</summary>
    internal int HeaderLength => (_confirm.Length > 0 && !IsConfirmed ? _confirm.Length : 1 + LifelineHandshake.PathLength) + 2;

    private int _sinceAcknowledged;

    /// <summary>Writes what stands before the frames.</summary>
    internal void WriteHeader(Span<byte> room, long number)
    {
        if (_confirm.Length > 0 && !IsConfirmed)
        {
            _confirm.CopyTo(room);
        }
        else
        {
            room[0] = (byte)LifelineDatagramType.Data;
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(room[1..], Number);
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(room[(HeaderLength - 2)..], (ushort)number);
    }

    /// <summary>A packet arrived that is authentic and new.</summary>
    internal void Arrived(long number, bool isEliciting, bool isLate, long now)
    {
        _arrived.Add(number, now);
        if (!isEliciting) return;
        _sinceAcknowledged++;
        // What comes out of order is told sooner: it may mean a loss, or the end of one (RFC 9000 §13.2.1).
        long due = (isLate && !Profile.IsUnhurried) || _sinceAcknowledged >= Profile.AcknowledgeEvery ? now : now + Profile.AcknowledgementDelay;
        AcknowledgeAt = Math.Min(AcknowledgeAt ?? long.MaxValue, due);
    }

    /// <summary>Writes the acknowledgement of what arrived.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="isOther">Whether it goes by another path.</param>
    /// <param name="now">The time.</param>
    internal bool TryWriteAck(ref LifelineFrameWriter writer, bool isOther, long now)
    {
        if (!_arrived.TryWrite(ref writer, isOther ? Number : null, now)) return false;
        _sinceAcknowledged = 0;
        AcknowledgeAt = null;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Sealer.Dispose();
        Opener.Dispose();
    }
}
