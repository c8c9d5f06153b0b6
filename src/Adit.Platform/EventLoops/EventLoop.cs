using System.Runtime.InteropServices;

namespace Adit.Platform.EventLoops;

/// <summary>
/// A thread that waits for sockets (epoll(7), edge-triggered) and carries on whoever waited for them. Theory of operation: a session and everything
/// that was opened on its behalf live on one loop, so that a forwarded octet changes no thread and meets no lock that another holds; many sessions
/// spread over the loops. What runs here must be brief and must not block. In a library user's process continuations go to the thread pool instead,
/// since nobody knows what they do: see <see cref="Configure"/>.
/// </summary>
public sealed partial class EventLoop
{
    /// <summary>Ours: events fetched at once.</summary>
    private const int Batch = 128;

    private static readonly Lazy<EventLoop[]> All = new(() => [.. Enumerable.Range(0, s_count).Select(i => new EventLoop(i))]);
    private static int s_count = Math.Min(Environment.ProcessorCount, 16);
    private static int s_next = -1;

    [ThreadStatic]
    private static EventLoop? t_current;

    private readonly EpollSet _epoll = new();
    private readonly Lock _lock = new();
    private readonly Stack<int> _free = new();
    private readonly List<Action> _running = [];
    private readonly List<Action> _posted = [];
    private LoopSocket?[] _slots = new LoopSocket?[16];
    private uint[] _generations = new uint[16];
    private int _used;

    private EventLoop(int number)
    {
        new Thread(Run, 1024 * 1024) { IsBackground = true, Name = $"adit loop {number}" }.Start();
    }

    /// <summary>Whether continuations run on the loops themselves.</summary>
    public static bool Inline { get; private set; }

    /// <summary>The loop that runs the caller, else the next in turn.</summary>
    public static EventLoop Here => t_current ?? Next();

    /// <summary>Whether a loop runs the caller.</summary>
    public static bool IsCurrent => t_current is not null;

    /// <summary>Says how the process uses loops; before the first socket.</summary>
    /// <param name="count">How many threads; by default one a processor, at most 16.</param>
    /// <param name="inline">Whether continuations run on the loops: less CPU, for a program whose own are all brief.</param>
    public static void Configure(int count, bool inline)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (All.IsValueCreated) throw new InvalidOperationException("event loops: expected to be configured before the first socket");
        s_count = count;
        Inline = inline;
    }

    /// <summary>The next loop in turn.</summary>
    public static EventLoop Next() => All.Value[(uint)Interlocked.Increment(ref s_next) % (uint)All.Value.Length];

    /// <summary>Lets others on this loop have their turn; elsewhere, others of the thread pool.</summary>
    public static LoopYield Yield() => default;

    /// <summary>Runs something on the loop, soon.</summary>
    public void Post(Action action)
    {
        bool first;
        lock (_lock)
        {
            first = _posted.Count == 0;
            _posted.Add(action);
        }

        if (first && t_current != this) _epoll.Wake();
    }

    /// <summary>Runs something soon on the loop that runs the caller.</summary>
    /// <returns>False where none does.</returns>
    public static bool TryPostHere(Action action)
    {
        if (t_current is not { } loop) return false;
        loop.Post(action);
        return true;
    }

    /// <summary>Gives a socket a place, which names it in events; one that comes late, for a place given up, finds another generation there.</summary>
    internal ulong Reserve(LoopSocket socket)
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

            _slots[slot] = socket;
            return ((ulong)_generations[slot] << 32) | (uint)slot;
        }
    }

    /// <summary>Takes the place back.</summary>
    internal void Release(ulong place)
    {
        int slot = (int)(uint)place;
        lock (_lock)
        {
            _slots[slot] = null;
            _generations[slot]++;
            _free.Push(slot);
        }
    }

    internal int Arm(SafeHandle handle, ulong place, uint events, bool first) => _epoll.Control(handle, place, events, first);

    private void Run()
    {
        t_current = this;
        Span<byte> events = stackalloc byte[Batch * EpollSet.EventLength];
        while (true)
        {
            bool pending;
            lock (_lock) pending = _posted.Count > 0;
            int count = _epoll.Wait(events, Batch, pending ? 0 : -1);
            for (int i = 0; i < count; i++)
            {
                (ulong place, uint what) = EpollSet.Read(events, i);
                if (place == EpollSet.WakePlace) continue;
                LoopSocket? socket;
                lock (_lock) socket = _generations[(uint)place] == (uint)(place >> 32) ? _slots[(uint)place] : null;
                socket?.OnEvents(what);
            }

            RunPosted();
        }
    }

    private void RunPosted()
    {
        lock (_lock)
        {
            if (_posted.Count == 0) return;
            _running.AddRange(_posted);
            _posted.Clear();
        }

        foreach (Action action in _running) action();
        _running.Clear();
    }
}
