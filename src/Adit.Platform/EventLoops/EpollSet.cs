using System.Runtime.InteropServices;

namespace Adit.Platform.EventLoops;

/// <summary>An epoll(7) instance with an eventfd(2) that wakes whoever waits.</summary>
internal sealed partial class EpollSet
{
    /// <summary>The place that means the wake-up, and no socket.</summary>
    public const ulong WakePlace = ulong.MaxValue;

    // sys/epoll.h
    public const uint In = 0x001;
    public const uint Out = 0x004;
    public const uint Error = 0x008;
    public const uint HangUp = 0x010;
    public const uint ReadHangUp = 0x2000;
    private const uint EdgeTriggered = 1u << 31;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int AddOperation = 1;
    private const int ModifyOperation = 3;
    private const int Interrupted = 4; // EINTR

    /// <summary>struct epoll_event, which is packed on x86-64 and nowhere else.</summary>
    public static readonly int EventLength = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;

    private readonly int _epoll;
    private readonly int _event;

    public EpollSet()
    {
        _epoll = epoll_create1(CloseOnExec);
        _event = eventfd(0, CloseOnExec | NonBlocking);
        Span<byte> wanted = stackalloc byte[16];
        Write(wanted, In | EdgeTriggered, WakePlace);
        if (_epoll < 0 || _event < 0 || epoll_ctl_number(_epoll, AddOperation, _event, wanted) != 0)
        {
            throw new IOException($"epoll: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    /// <summary>One event of those fetched.</summary>
    public static (ulong Place, uint Events) Read(ReadOnlySpan<byte> events, int index)
    {
        ReadOnlySpan<byte> one = events.Slice(index * EventLength, EventLength);
        return (MemoryMarshal.Read<ulong>(one[(EventLength - 8)..]), MemoryMarshal.Read<uint>(one));
    }

    /// <summary>Waits for events.</summary>
    /// <param name="events">Room for <paramref name="most"/> of them.</param>
    /// <param name="most">How many at once.</param>
    /// <param name="timeout">Milliseconds; -1 for ever.</param>
    public int Wait(Span<byte> events, int most, int timeout)
    {
        int count = epoll_wait(_epoll, events, most, timeout);
        if (count >= 0) return count;
        int error = Marshal.GetLastPInvokeError();
        return error == Interrupted ? 0 : throw new IOException($"epoll: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    /// <summary>Lets a wait end.</summary>
    public void Wake()
    {
        ulong one = 1;
        // A counter that is full wakes as well: edges are counted by writes.
        _ = write(_event, in one, 8);
    }

    /// <summary>Says which events of a descriptor are wanted.</summary>
    /// <returns>0, or errno.</returns>
    public int Control(SafeHandle handle, ulong place, uint events, bool first)
    {
        Span<byte> wanted = stackalloc byte[16];
        Write(wanted, events | EdgeTriggered, place);
        return epoll_ctl(_epoll, first ? AddOperation : ModifyOperation, handle, wanted) == 0 ? 0 : Marshal.GetLastPInvokeError();
    }

    private static void Write(Span<byte> to, uint events, ulong place)
    {
        MemoryMarshal.Write(to, events);
        MemoryMarshal.Write(to[(EventLength - 8)..], place);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, in ulong value, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, SafeHandle descriptor, ReadOnlySpan<byte> wanted);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int epoll_ctl_number(int epoll, int operation, int descriptor, ReadOnlySpan<byte> wanted);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, Span<byte> events, int count, int timeout);
}
