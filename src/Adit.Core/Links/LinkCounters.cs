namespace Adit.Core.Links;

/// <summary>What a link did so far. Written by the thread of each direction, read by any; a reader may see figures of neighbouring moments.</summary>
public sealed class LinkCounters
{
    /// <summary>How many reasons there are.</summary>
    private static readonly int s_reasons = (int)Enum.GetValues<DropReason>().Max() + 1;

    private readonly long[] _dropped = new long[s_reasons];

    private long _sentPackets, _sentOctets, _sendCalls, _sentSegments, _receivedPackets, _receivedOctets, _receiveCalls, _receivedSegments;

    /// <summary>Packets sent; a super-packet is one.</summary>
    public long SentPackets => Volatile.Read(ref _sentPackets);

    /// <summary>Octets of packets sent.</summary>
    public long SentOctets => Volatile.Read(ref _sentOctets);

    /// <summary>System calls, or batches, that sent them.</summary>
    public long SendCalls => Volatile.Read(ref _sendCalls);

    /// <summary>Packets sent as the network sees them: the segments of super-packets each.</summary>
    public long SentSegments => Volatile.Read(ref _sentSegments);

    /// <summary>Packets received; a super-packet is one.</summary>
    public long ReceivedPackets => Volatile.Read(ref _receivedPackets);

    /// <summary>Octets of packets received.</summary>
    public long ReceivedOctets => Volatile.Read(ref _receivedOctets);

    /// <summary>System calls, or batches, that received them.</summary>
    public long ReceiveCalls => Volatile.Read(ref _receiveCalls);

    /// <summary>Packets received as the network saw them.</summary>
    public long ReceivedSegments => Volatile.Read(ref _receivedSegments);

    /// <summary>Packets dropped for all reasons but <see cref="DropReason.Consumed"/>.</summary>
    public long Dropped
    {
        get
        {
            long sum = 0;
            for (int i = 1; i < _dropped.Length; i++) sum += i == (int)DropReason.Consumed ? 0 : Volatile.Read(ref _dropped[i]);
            return sum;
        }
    }

    /// <summary>Packets dropped for one reason.</summary>
    public long DroppedFor(DropReason reason) => Volatile.Read(ref _dropped[(int)reason]);

    /// <summary>Counts a drop. From any thread.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="count">How many.</param>
    public void Drop(DropReason reason, int count = 1) => Interlocked.Add(ref _dropped[(int)reason], count);

    /// <summary>Counts what was sent. The sending thread's.</summary>
    public void Sent(long packets, long octets, long calls, long segments)
    {
        Volatile.Write(ref _sentPackets, _sentPackets + packets);
        Volatile.Write(ref _sentOctets, _sentOctets + octets);
        Volatile.Write(ref _sendCalls, _sendCalls + calls);
        Volatile.Write(ref _sentSegments, _sentSegments + segments);
    }

    /// <summary>Counts what was received. The receiving thread's.</summary>
    public void Received(long packets, long octets, long calls, long segments)
    {
        Volatile.Write(ref _receivedPackets, _receivedPackets + packets);
        Volatile.Write(ref _receivedOctets, _receivedOctets + octets);
        Volatile.Write(ref _receiveCalls, _receiveCalls + calls);
        Volatile.Write(ref _receivedSegments, _receivedSegments + segments);
    }
}
