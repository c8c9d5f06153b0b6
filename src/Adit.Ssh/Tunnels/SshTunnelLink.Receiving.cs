using System.Buffers.Binary;
using Adit.Core;
using Adit.Core.Links;
using Adit.Ssh.Channels;

namespace Adit.Ssh.Tunnels;

/// <summary>What comes in: added by the connection's receive loop, taken by the pump's thread.</summary>
public sealed partial class SshTunnelLink
{
    /// <summary>What came and was not taken yet: the whole window, so that a peer which keeps it loses nothing here.</summary>
    private const int ReceivedOctets = SshChannel.InitialWindow + SshChannel.MaximumPacket;

    /// <summary>Ours: a packet that fits into what is left of a buffer is put behind the one before, up to here; the rest of a buffer is for packets that grow.</summary>
    private const int PackedOctets = 60 * 1024;

    private const int EthernetHeader = 14;

    private readonly TunnelQueue _received = new(ReceivedOctets, 4096);
    private readonly object _gate = new();
    private volatile bool _isWaiting;
    private volatile bool _ended;
    private volatile bool _interrupted;
    private TunnelException? _failure;

    /// <inheritdoc/>
    public int Receive(PacketBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        while (true)
        {
            if (_interrupted) return 0;
            int count = Take(batch, out int consumed);
            if (consumed > 0) _channel.ConsumedByTunnel(consumed);
            if (count > 0) return count;
            lock (_gate)
            {
                _isWaiting = true;
                // A full fence: the look at the queue must not pass the flag.
                Interlocked.MemoryBarrier();
                while (_received.IsEmpty && !_ended && !_interrupted) Monitor.Wait(_gate);
                _isWaiting = false;
                if (!_received.IsEmpty) continue;
                if (_failure is { } failure && !_interrupted) throw failure;
                return 0;
            }
        }
    }

    /// <inheritdoc/>
    public void Interrupt()
    {
        lock (_gate)
        {
            _interrupted = true;
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>A message's data came. Receive loop.</summary>
    /// <returns>Octets of it that nobody will take, for the peer to be credited with now.</returns>
    internal int OnPacket(ReadOnlySpan<byte> data, int cost)
    {
        ReadOnlySpan<byte> octets = data;
        if (_hasFamily)
        {
            uint family = data.Length > FamilyLength ? BinaryPrimitives.ReadUInt32BigEndian(data) : 0;
            octets = data.Length > FamilyLength ? data[FamilyLength..] : default;
            // The version decides what the packet is; a family that says otherwise is damage.
            if (octets.IsEmpty || !(octets[0] >> 4 == 4 ? family == FamilyIpv4 : octets[0] >> 4 == 6 && family == FamilyIpv6))
            {
                Counters.Drop(octets.IsEmpty ? DropReason.Truncated : DropReason.BadHeader);
                return cost;
            }
        }
        else if (data.Length < EthernetHeader)
        {
            Counters.Drop(DropReason.Truncated);
            return cost;
        }

        // What it costs the window travels with it.
        if (_received.TryAdd(new Packet { NestingLimit = (byte)(cost - octets.Length) }, octets)) return 0;
        Counters.Drop(DropReason.NoRoom);
        return cost;
    }

    /// <summary>All that came together is there: wakes the pump. Receive loop.</summary>
    internal void HandOver()
    {
        Interlocked.MemoryBarrier();
        if (!_isWaiting) return;
        lock (_gate) Monitor.Pulse(_gate);
    }

    private int Take(PacketBatch batch, out int consumed)
    {
        int count = 0, at = 0, floor = 0;
        int network = _hasFamily ? 0 : EthernetHeader;
        long octets = 0;
        consumed = 0;
        while (!_received.IsEmpty && batch.Count < batch.Capacity)
        {
            ref Packet packet = ref _received.First;
            bool isFirst = false; // of its buffer: only that one has room in front of it
            if (at == 0 || at - floor + packet.Length > PackedOctets)
            {
                if (!batch.TryTakeBuffer(out floor, out at, out _)) break;
                isFirst = true;
            }

            _received.Memory.AsSpan(packet.Offset, packet.Length).CopyTo(batch.Memory.AsSpan(at));
            batch.Add(new Packet { Offset = at, Length = packet.Length, Floor = isFirst ? floor : at, Ceiling = at + packet.Length, NetworkStart = at + network });
            at += packet.Length;
            octets += packet.Length;
            consumed += packet.Length + packet.NestingLimit;
            count++;
            _received.RemoveFirst();
        }

        if (count > 0) Counters.Received(count, octets, 1, count);
        return count;
    }
}
