using System.Runtime.InteropServices;

namespace Adit.Platform.Descriptors;

/// <summary>
/// The one thread of the process that waits for descriptors (epoll(7)). Each wait arms its descriptor for one event (EPOLLONESHOT) and the kernel
/// judges readiness anew at that moment, so that no event can be missed and none is reported to nobody. Waiters go on upon the thread pool: the thread
/// itself only ever dispatches. An event names a slot and its generation; one that comes late, for a descriptor closed meanwhile, finds another generation.
/// </summary>
internal sealed partial class DescriptorPoller
{
    // sys/epoll.h
    public const uint In = 0x001;
    public const uint Out = 0x004;
    public const uint Error = 0x008;
    public const uint HangUp = 0x010;
    private const uint OneShot = 1u << 30;
    private const int CloseOnExec = 0x80000;
    private const int AddOperation = 1;
    private const int RemoveOperation = 2;
    private const int ModifyOperation = 3;
    private const int Interrupted = 4; // EINTR

    /// <summary>Ours: events fetched at once.</summary>
    private const int Batch = 64;

    /// <summary>Ours: octets; the loop needs a few hundred.</summary>
    private const int StackLength = 256 * 1024;

    // struct epoll_event is packed on x86-64, and nowhere else.
    private static readonly int EventLength = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataAt = EventLength - 8;
    private static readonly Lazy<DescriptorPoller> One = new(() => new DescriptorPoller());

    private readonly int _epoll;
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private PolledDescriptor?[] _slots = new PolledDescriptor?[16];
    private uint[] _generations = new uint[16];
    private int _used;

    private DescriptorPoller()
    {
        _epoll = epoll_create1(CloseOnExec);
        if (_epoll < 0) throw DescriptorException.Last("epoll");
        new Thread(Run, StackLength) { IsBackground = true, Name = "adit descriptors" }.Start();
    }

    /// <summary>The poller of the process; its thread starts with the first use.</summary>
    public static DescriptorPoller Shared => One.Value;

    /// <summary>Gives a descriptor a place, which names it in events.</summary>
    public ulong Reserve(PolledDescriptor descriptor)
    {
        lock (_lock)
        {
            if (!_free.TryPop(out int slot))
            {
                slot = _used++;
                if (slot == _slots.Length)
                {
                    Array.Resize(ref _slots, slot * 2);
                    Array.Resize(ref _generations, slot * 2);
                }
            }

            _slots[slot] = descriptor;
            return ((ulong)_generations[slot] << 32) | (uint)slot;
        }
    }

    /// <summary>Takes the place back: events that are under way find nobody.</summary>
    public void Release(ulong place)
    {
        int slot = (int)(uint)place;
        lock (_lock)
        {
            _slots[slot] = null;
            _generations[slot]++;
            _free.Push(slot);
        }
    }

    /// <summary>Asks for one event.</summary>
    /// <param name="handle">The descriptor.</param>
    /// <param name="place">Its place.</param>
    /// <param name="events">What for.</param>
    /// <param name="first">Whether nothing was asked for it before.</param>
    /// <returns>0, or errno; EPERM: a file, which is always ready.</returns>
    public int Arm(DescriptorHandle handle, ulong place, uint events, bool first)
    {
        Span<byte> wanted = stackalloc byte[16];
        MemoryMarshal.Write(wanted, events | OneShot);
        MemoryMarshal.Write(wanted[DataAt..], place);
        return epoll_ctl(_epoll, first ? AddOperation : ModifyOperation, handle, wanted) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    /// <summary>Forgets a descriptor before it is closed: a copy of it elsewhere would keep it here.</summary>
    public void Remove(DescriptorHandle handle)
    {
        Span<byte> nothing = stackalloc byte[16];
        _ = epoll_ctl(_epoll, RemoveOperation, handle, nothing);
    }

    private void Run()
    {
        Span<byte> events = stackalloc byte[Batch * 16];
        while (true)
        {
            int count = epoll_wait(_epoll, events, Batch, -1);
            if (count < 0)
            {
                if (Marshal.GetLastPInvokeError() == Interrupted) continue;
                throw DescriptorException.Last("epoll");
            }

            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> one = events.Slice(i * EventLength, EventLength);
                ulong place = MemoryMarshal.Read<ulong>(one[DataAt..]);
                PolledDescriptor? descriptor;
                lock (_lock) descriptor = _generations[(uint)place] == (uint)(place >> 32) ? _slots[(uint)place] : null;
                descriptor?.OnEvents(MemoryMarshal.Read<uint>(one));
            }
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, DescriptorHandle descriptor, ReadOnlySpan<byte> wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, Span<byte> events, int count, int timeout);
}
