using System.Runtime.InteropServices;

namespace Adit.Core.Links;

/// <summary>
/// Packets on their way from one link to another, and the memory they lie in. Made once, used again and again: nothing is allocated per packet. One thread at a time.
/// </summary>
/// <remarks>
/// Theory of operation: the memory is a row of equal buffers, each with headroom in front, so that a header can be put before a packet where it lies. A receiving link takes buffers
/// (<see cref="TryTakeBuffer"/>), fills them, and adds packets (<see cref="Add(in Packet)"/>), one a buffer, or many that came together in one (UDP_GRO). A batch of one is an ordinary packet. A super-packet
/// (GSO) lies whole in one buffer and is cut only where it leaves. The memory is pinned and never zeroed: pages that no packet reached are never touched, so a batch costs what its packets need.
/// </remarks>
public sealed class PacketBatch
{
    /// <summary>The longest packet: an IPv6 packet with its header, or a GSO super-packet with Ethernet header, in octets.</summary>
    public const int MaximumPacket = 65_535 + 40 + 32;

    /// <summary>Ours: octets in front of every buffer for headers: enough for nested encapsulations of every kind here.</summary>
    public const int Headroom = 384;

    /// <summary>Octets of a buffer.</summary>
    private const int BufferSize = 67_584; // 16.5 pages; holds Headroom, MaximumPacket and some room behind

    private readonly Packet[] _packets;
    private int _buffersTaken;

    /// <summary>Makes an empty batch.</summary>
    /// <param name="buffers">Buffers of 66 KiB of address space.</param>
    /// <param name="packets">Packets at most.</param>
    public PacketBatch(int buffers = 64, int packets = 1024)
    {
        Buffers = buffers;
        _packets = new Packet[packets];
        Memory = GC.AllocateUninitializedArray<byte>(checked(buffers * BufferSize), pinned: true);
        Address = Marshal.UnsafeAddrOfPinnedArrayElement(Memory, 0);
    }

    /// <summary>All octets of all packets; it does not move.</summary>
    public byte[] Memory { get; }

    /// <summary>Where <see cref="Memory"/> lies, for system calls.</summary>
    public nint Address { get; }

    /// <summary>Buffers in all.</summary>
    public int Buffers { get; }

    /// <summary>Buffers that are not taken yet.</summary>
    public int BuffersLeft => Buffers - _buffersTaken;

    /// <summary>Packets at most.</summary>
    public int Capacity => _packets.Length;

    /// <summary>Packets.</summary>
    public int Count { get; private set; }

    /// <summary>A packet.</summary>
    /// <param name="index">From 0 to <see cref="Count"/>.</param>
    public ref Packet this[int index] => ref _packets.AsSpan(0, Count)[index];

    /// <summary>The packets.</summary>
    public Span<Packet> Packets => _packets.AsSpan(0, Count);

    /// <summary>A packet's octets.</summary>
    public Span<byte> Octets(in Packet packet) => Memory.AsSpan(packet.Offset, packet.Length);

    /// <summary>Forgets packets and buffers.</summary>
    public void Clear() => Count = _buffersTaken = 0;

    /// <summary>Takes a buffer.</summary>
    /// <param name="floor">Where it begins, for <see cref="Packet.Floor"/>.</param>
    /// <param name="start">Where a packet should begin, so that it has its headroom.</param>
    /// <param name="ceiling">Where it ends.</param>
    /// <returns>Whether there was one left.</returns>
    public bool TryTakeBuffer(out int floor, out int start, out int ceiling)
    {
        floor = _buffersTaken * BufferSize;
        start = floor + Headroom;
        ceiling = floor + BufferSize;
        if (_buffersTaken == Buffers) return false;
        _buffersTaken++;
        return true;
    }

    /// <summary>Gives back the buffers that were taken last and hold no packet.</summary>
    /// <param name="count">How many.</param>
    public void ReturnBuffers(int count) => _buffersTaken = Math.Max(0, _buffersTaken - count);

    /// <summary>Adds a packet.</summary>
    /// <param name="packet">Where it lies and what is known.</param>
    /// <returns>Whether there was room.</returns>
    public bool Add(in Packet packet)
    {
        if (Count == _packets.Length) return false;
        _packets[Count++] = packet;
        return true;
    }

    /// <summary>Takes the packet that was added last out again; its buffer stays taken.</summary>
    public void RemoveLast() => Count = Math.Max(0, Count - 1);

    /// <summary>Copies octets into a buffer of their own and adds them as a packet.</summary>
    /// <param name="octets">At most <see cref="MaximumPacket"/>.</param>
    /// <returns>Whether there was room.</returns>
    public bool Add(ReadOnlySpan<byte> octets)
    {
        if (octets.Length > MaximumPacket || Count == _packets.Length || !TryTakeBuffer(out int floor, out int start, out int ceiling)) return false;
        octets.CopyTo(Memory.AsSpan(start));
        return Add(new Packet { Offset = start, Length = octets.Length, Floor = floor, Ceiling = ceiling });
    }

    /// <summary>Makes room for a header in front of a packet, moving it to another buffer where there is too little.</summary>
    /// <param name="packet">One of this batch's.</param>
    /// <param name="count">Octets of the header.</param>
    /// <param name="header">The header's place, which holds anything.</param>
    /// <returns>Whether there was room.</returns>
    public bool TryPrepend(ref Packet packet, int count, out Span<byte> header)
    {
        if (packet.Headroom < count && !Move(ref packet))
        {
            header = default;
            return false;
        }

        packet.Offset -= count;
        packet.Length += count;
        header = Memory.AsSpan(packet.Offset, count);
        return true;
    }

    /// <summary>Removes the packets that were dropped, keeping the order, and counts them.</summary>
    /// <param name="counters">Where they are counted.</param>
    public void RemoveDropped(LinkCounters counters)
    {
        int kept = 0;
        for (int i = 0; i < Count; i++)
        {
            if (_packets[i].Dropped != DropReason.None)
            {
                counters.Drop(_packets[i].Dropped);
                continue;
            }

            if (kept != i) _packets[kept] = _packets[i];
            kept++;
        }

        Count = kept;
    }

    private bool Move(ref Packet packet)
    {
        if (packet.Length > MaximumPacket || !TryTakeBuffer(out int floor, out int start, out int ceiling)) return false;
        Octets(packet).CopyTo(Memory.AsSpan(start));
        int moved = start - packet.Offset;
        packet.NetworkStart += moved;
        packet.TransportStart += moved;
        (packet.Offset, packet.Floor, packet.Ceiling) = (start, floor, ceiling);
        return true;
    }
}
