using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Packets;

/// <summary>
/// Messages that one system call sends or receives (sendmmsg(2), recvmmsg(2)), with their control messages: traffic class, hop limit, UDP_SEGMENT, UDP_GRO. Used again and again by one
/// thread; allocates nothing.
/// </summary>
public sealed unsafe partial class MessageBatch
{
    private const int NameSize = 32;
    private const int ControlSize = 128;
    private const int ErrorQueue = 0x2000; // MSG_ERRQUEUE
    private const int NoSignal = 0x4000; // MSG_NOSIGNAL
    private const int IpLevel = 0;
    private const int Ip6Level = 41;
    private const int UdpLevel = 17;
    private const int UdpSegment = 103;
    private const int UdpGro = 104;

    private readonly Header[] _headers;
    private readonly MemoryPart[] _parts;
    private readonly byte[] _names;
    private readonly byte[] _controls;
    private int _partsUsed;
    private int _partsOfMessage;

    /// <summary>Makes an empty one.</summary>
    /// <param name="messages">Messages at most.</param>
    /// <param name="parts">Parts of all messages at most.</param>
    public MessageBatch(int messages, int parts)
    {
        _headers = GC.AllocateArray<Header>(messages, pinned: true);
        _parts = GC.AllocateArray<MemoryPart>(parts, pinned: true);
        _names = GC.AllocateArray<byte>(messages * NameSize, pinned: true);
        _controls = GC.AllocateArray<byte>(messages * ControlSize, pinned: true);
    }

    /// <summary>Messages.</summary>
    public int Count { get; private set; }

    /// <summary>Messages at most.</summary>
    public int Capacity => _headers.Length;

    /// <summary>Parts that may still be added.</summary>
    public int PartsLeft => _parts.Length - _partsUsed;

    /// <summary>Forgets all messages.</summary>
    public void Clear() => Count = _partsUsed = _partsOfMessage = 0;

    /// <summary>Adds octets to the message that is being made.</summary>
    /// <param name="address">Where they are, in pinned or native memory.</param>
    /// <param name="length">How many.</param>
    public void AddPart(nint address, int length)
    {
        _parts[_partsUsed++] = new MemoryPart(address, length);
        _partsOfMessage++;
    }

    /// <summary>Ends the message that is being made; there must be fewer than <see cref="Capacity"/>.</summary>
    /// <param name="to">struct sockaddr; empty on a connected socket.</param>
    /// <param name="isIpv6">Whose control messages it takes.</param>
    /// <param name="trafficClass">TOS or traffic class; -1 for the socket's.</param>
    /// <param name="hopLimit">TTL or hop limit; 0 or less for the socket's.</param>
    /// <param name="segmentSize">Octets of each datagram that the message is cut into (UDP_SEGMENT); 0 where it is one.</param>
    public void EndMessage(ReadOnlySpan<byte> to, bool isIpv6, int trafficClass, int hopLimit, int segmentSize)
    {
        int i = Count++;
        ref Header header = ref _headers[i];
        header = default;
        if (!to.IsEmpty)
        {
            to.CopyTo(_names.AsSpan(i * NameSize, NameSize));
            header.Name = NameOf(i);
            header.NameLength = (uint)to.Length;
        }

        header.Parts = (nint)Unsafe.AsPointer(ref _parts[_partsUsed - _partsOfMessage]);
        header.PartCount = (nuint)_partsOfMessage;
        _partsOfMessage = 0;
        int used = 0;
        if (trafficClass >= 0) AddControl(i, ref used, isIpv6 ? Ip6Level : IpLevel, isIpv6 ? 67 : 1, trafficClass, sizeof(int));
        if (hopLimit > 0) AddControl(i, ref used, isIpv6 ? Ip6Level : IpLevel, isIpv6 ? 52 : 2, hopLimit, sizeof(int));
        if (segmentSize > 0) AddControl(i, ref used, UdpLevel, UdpSegment, segmentSize, sizeof(ushort));
        if (used == 0) return;
        header.Control = ControlOf(i);
        header.ControlLength = (nuint)used;
    }

    /// <summary>Sends messages from the given one on.</summary>
    /// <returns>How many were sent, or the negative errno that the first met.</returns>
    public int Send(PacketSocket socket, int from)
    {
        ArgumentNullException.ThrowIfNull(socket);
        int count = sendmmsg(socket.Descriptor.Handle, ref _headers[from], (uint)(Count - from), NoSignal);
        return count >= 0 ? count : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Adds room for a message to be received.</summary>
    /// <param name="address">Where to, in pinned or native memory.</param>
    /// <param name="length">Octets of room.</param>
    public void AddRoom(nint address, int length)
    {
        int i = Count++;
        _parts[i] = new MemoryPart(address, length);
        _headers[i] = new Header
        {
            Name = NameOf(i),
            NameLength = NameSize,
            Parts = (nint)Unsafe.AsPointer(ref _parts[i]),
            PartCount = 1,
            Control = ControlOf(i),
            ControlLength = ControlSize,
        };
    }

    /// <summary>Receives messages into the rooms.</summary>
    /// <returns>How many, or the negative errno.</returns>
    public int Receive(PacketSocket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        int count = recvmmsg(socket.Descriptor.Handle, ref _headers[0], (uint)Count, 0, 0);
        return count >= 0 ? count : -Marshal.GetLastPInvokeError();
    }

    /// <summary>Takes one message off the socket's error queue, into the first room; its octets are the packet that failed.</summary>
    /// <returns>Whether there was one.</returns>
    public bool ReceiveError(PacketSocket socket)
    {
        ArgumentNullException.ThrowIfNull(socket);
        return recvmmsg(socket.Descriptor.Handle, ref _headers[0], 1, ErrorQueue, 0) == 1;
    }

    /// <summary>Octets received in a message.</summary>
    public int Length(int index) => (int)_headers[index].Length;

    /// <summary>Where a message came from: struct sockaddr.</summary>
    public ReadOnlySpan<byte> Source(int index) => _names.AsSpan(index * NameSize, (int)Math.Min(_headers[index].NameLength, NameSize));

    /// <summary>The control messages that came with a message.</summary>
    /// <param name="index">The message.</param>
    /// <param name="trafficClass">TOS or traffic class; 0 where it did not come.</param>
    /// <param name="hopLimit">TTL or hop limit; 0 where it did not come.</param>
    /// <param name="segmentSize">Octets of each datagram but the last that the message consists of; 0 where it is one.</param>
    public void ReadControl(int index, out byte trafficClass, out byte hopLimit, out int segmentSize)
    {
        trafficClass = hopLimit = 0;
        segmentSize = 0;
        ReadOnlySpan<byte> control = _controls.AsSpan(index * ControlSize, (int)Math.Min(_headers[index].ControlLength, ControlSize));
        while (control.Length >= 16)
        {
            int length = (int)MemoryMarshal.Read<long>(control);
            if (length < 16 || length > control.Length) return;
            int level = MemoryMarshal.Read<int>(control[8..]), type = MemoryMarshal.Read<int>(control[12..]);
            ReadOnlySpan<byte> value = control[16..length];
            int number = value.Length >= 4 ? MemoryMarshal.Read<int>(value) : value.Length >= 1 ? value[0] : 0;
            if ((level, type) is (IpLevel, 1) or (Ip6Level, 67)) trafficClass = (byte)number;
            else if ((level, type) is (IpLevel, 2) or (Ip6Level, 52)) hopLimit = (byte)number;
            else if ((level, type) is (UdpLevel, UdpGro)) segmentSize = number & 0xffff;
            control = control[Math.Min(control.Length, (length + 7) & ~7)..];
        }
    }

    private nint NameOf(int i) => (nint)Unsafe.AsPointer(ref _names[i * NameSize]);

    private nint ControlOf(int i) => (nint)Unsafe.AsPointer(ref _controls[i * ControlSize]);

    private void AddControl(int i, ref int used, int level, int type, int value, int size)
    {
        Span<byte> at = _controls.AsSpan((i * ControlSize) + used, 24);
        MemoryMarshal.Write(at, (long)(16 + size));
        MemoryMarshal.Write(at[8..], in level);
        MemoryMarshal.Write(at[12..], in type);
        MemoryMarshal.Write(at[16..], (long)value); // little-endian: the first octets are the value, whatever its size
        used += 24;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int sendmmsg(DescriptorHandle socket, ref Header headers, uint count, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int recvmmsg(DescriptorHandle socket, ref Header headers, uint count, int flags, nint timeout);

    /// <summary>struct mmsghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Header
    {
        [FieldOffset(0)]
        public nint Name;
        [FieldOffset(8)]
        public uint NameLength;
        [FieldOffset(16)]
        public nint Parts;
        [FieldOffset(24)]
        public nuint PartCount;
        [FieldOffset(32)]
        public nint Control;
        [FieldOffset(40)]
        public nuint ControlLength;
        [FieldOffset(48)]
        public int Flags;
        [FieldOffset(56)]
        public uint Length;
    }
}
