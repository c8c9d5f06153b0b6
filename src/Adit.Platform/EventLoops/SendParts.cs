using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Adit.Platform.EventLoops;

/// <summary>Octets in several places that are sent by one call (sendmsg(2)). Used again and again; one thread at a time.</summary>
public sealed unsafe class SendParts
{
    /// <summary>Ours: parts at most, a batch of received packets of 16 KiB.</summary>
    public const int Most = 16;

    private readonly Vector[] _vectors = GC.AllocateArray<Vector>(Most, pinned: true);

    /// <summary>How many parts there are.</summary>
    public int Count { get; private set; }

    /// <summary>Octets of all parts.</summary>
    public int Length { get; private set; }

    /// <summary>Adds a part, which must not be empty; there must be fewer than <see cref="Most"/>.</summary>
    /// <param name="pinned">Octets that neither move nor change until <see cref="Clear"/>: of an array that was allocated as pinned.</param>
    public void Add(ReadOnlySpan<byte> pinned)
    {
        _vectors[Count] = new Vector((nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(pinned)), (nuint)pinned.Length);
        Count++;
        Length += pinned.Length;
    }

    /// <summary>One part.</summary>
    public ReadOnlySpan<byte> this[int index] => index < Count
        ? new ReadOnlySpan<byte>((void*)_vectors[index].Start, (int)_vectors[index].Length)
        : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Forgets all parts.</summary>
    public void Clear() => Count = Length = 0;

    /// <summary>What sendmsg(2) takes.</summary>
    internal Message Describe() => new() { Vectors = (nint)Unsafe.AsPointer(ref _vectors[0]), Count = (nuint)Count };

    /// <summary>struct iovec.</summary>
    private readonly record struct Vector(nint Start, nuint Length);

    /// <summary>struct msghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct Message
    {
        public nint Name;
        public uint NameLength;
        public nint Vectors;
        public nuint Count;
        public nint Control;
        public nuint ControlLength;
        public int Flags;
    }
}
