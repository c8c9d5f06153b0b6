namespace Adit.Core.Links;

/// <summary>
/// The in-memory double of a link: what one end sends, the other receives, whole with its metadata. For tests and embedded stand-ins; it allocates per packet.
/// </summary>
public sealed class MemoryLink : ILink
{
    /// <summary>Ours: packets that wait at most; more are dropped.</summary>
    private const int MostWaiting = 4096;

    private readonly Queue<(Packet Packet, byte[] Octets)> _arrived = new();
    private MemoryLink? _peer;
    private bool _interrupted;

    private MemoryLink(string name, LinkProperties properties) => (Name, Properties) = (name, properties);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public LinkProperties Properties { get; }

    /// <inheritdoc/>
    public LinkCounters Counters { get; } = new();

    /// <summary>Packets that wait to be received here.</summary>
    public int Waiting
    {
        get
        {
            lock (_arrived) return _arrived.Count;
        }
    }

    /// <summary>Two ends.</summary>
    /// <param name="properties">Of both.</param>
    public static (MemoryLink Left, MemoryLink Right) CreatePair(LinkProperties properties)
    {
        var left = new MemoryLink("memory left", properties);
        var right = new MemoryLink("memory right", properties);
        (left._peer, right._peer) = (right, left);
        return (left, right);
    }

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_arrived)
        {
            while (_arrived.Count == 0 && !_interrupted) Monitor.Wait(_arrived);
            if (_interrupted) return 0;
            return Take(batch);
        }
    }

    /// <summary>Receives what is there, without waiting.</summary>
    /// <param name="batch">Takes the packets.</param>
    public int TryReceive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_arrived) return Take(batch);
    }

    /// <inheritdoc/>
    public void Send(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        Queue<(Packet Packet, byte[] Octets)> to = _peer!._arrived;
        lock (to)
        {
            foreach (ref readonly Packet packet in batch.Packets)
            {
                if (packet.Dropped != DropReason.None) Counters.Drop(packet.Dropped);
                else if (to.Count == MostWaiting) Counters.Drop(DropReason.NoRoom);
                else
                {
                    to.Enqueue((packet, batch.Octets(packet).ToArray()));
                    Counters.Sent(1, packet.Length, 1, 1);
                }
            }

            Monitor.PulseAll(to);
        }
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        lock (_arrived)
        {
            _interrupted = true;
            Monitor.PulseAll(_arrived);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Interrupt();
        return ValueTask.CompletedTask;
    }

    private int Take(PacketBatch batch)
    {
        int count = 0;
        while (_arrived.TryPeek(out (Packet Packet, byte[] Octets) next) && batch.Add(next.Octets))
        {
            _arrived.Dequeue();
            ref Packet packet = ref batch[batch.Count - 1];
            Packet placed = packet;
            int moved = placed.Offset - next.Packet.Offset;
            packet = next.Packet;
            (packet.Offset, packet.Floor, packet.Ceiling) = (placed.Offset, placed.Floor, placed.Ceiling);
            packet.NetworkStart += moved;
            packet.TransportStart += moved;
            Counters.Received(1, packet.Length, 1, 1);
            count++;
        }

        return count;
    }
}
