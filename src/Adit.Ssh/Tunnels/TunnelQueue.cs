using System.Runtime.InteropServices;
using Adit.Core.Links;

namespace Adit.Ssh.Tunnels;

/// <summary>
/// Packets between a thread that adds and a thread that takes, without a lock: a ring of memory in which each lies in one piece, and a ring of what is known about them. What finds no room is the
/// caller's to drop. Allocates nothing after it was made.
/// </summary>
internal sealed class TunnelQueue
{
    private readonly Slot[] _slots;
    private readonly int _size;
    private uint _added;
    private uint _taken;
    private long _memoryAdded; // the producer's: octets ever used, those that were skipped at the ring's end included
    private long _memoryTaken;

    /// <summary>Makes an empty one.</summary>
    /// <param name="octets">Octets of packets at most.</param>
    /// <param name="packets">Packets at most, a power of two.</param>
    public TunnelQueue(int octets, int packets)
    {
        _size = octets;
        _slots = new Slot[packets];
        Memory = GC.AllocateUninitializedArray<byte>(octets, pinned: true);
    }

    /// <summary>Where the packets lie; it does not move.</summary>
    public byte[] Memory { get; }

    /// <summary>Where <see cref="Memory"/> begins.</summary>
    public nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(Memory, 0);

    /// <summary>Whether there is none. Either thread.</summary>
    public bool IsEmpty => Volatile.Read(ref _added) == Volatile.Read(ref _taken);

    /// <summary>The first packet, its positions being those in <see cref="Memory"/>. The taking thread's, while there is one.</summary>
    public ref Packet First => ref _slots[_taken & (uint)(_slots.Length - 1)].Packet;

    /// <summary>Adds a packet. The adding thread's.</summary>
    /// <param name="packet">What is known; its positions are corrected.</param>
    /// <param name="octets">Its octets.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryAdd(in Packet packet, ReadOnlySpan<byte> octets)
    {
        if (_added - Volatile.Read(ref _taken) == (uint)_slots.Length) return false;
        long at = _memoryAdded;
        int start = (int)(at % _size);
        if (start + octets.Length > _size)
        {
            at += _size - start;
            start = 0;
        }

        long end = at + octets.Length;
        if (end - Volatile.Read(ref _memoryTaken) > _size) return false;
        octets.CopyTo(Memory.AsSpan(start));
        ref Slot slot = ref _slots[_added & (uint)(_slots.Length - 1)];
        slot.Packet = packet;
        int moved = start - packet.Offset;
        (slot.Packet.Offset, slot.Packet.Length) = (start, octets.Length);
        slot.Packet.NetworkStart += moved;
        slot.Packet.TransportStart += moved;
        slot.End = end;
        _memoryAdded = end;
        Volatile.Write(ref _added, _added + 1);
        return true;
    }

    /// <summary>Forgets the first packet. The taking thread's.</summary>
    public void RemoveFirst()
    {
        Volatile.Write(ref _memoryTaken, _slots[_taken & (uint)(_slots.Length - 1)].End);
        Volatile.Write(ref _taken, _taken + 1);
    }

    private struct Slot
    {
        public Packet Packet;

        public long End;
    }
}
