using System.Runtime.InteropServices;

namespace Adit.Platform.EventLoops;

/// <summary>
/// A non-blocking stream socket, or a connected datagram socket, on an <see cref="EventLoop"/>. One reader and one writer at a time. It joins the loop's epoll set when it is first waited
/// for, with the direction that is waited for only. Safe to close at any moment: a call under way keeps the descriptor's number, and who waits goes on.
/// </summary>
public sealed partial class LoopSocket : IDisposable
{
    private readonly SafeHandle _handle;
    private readonly IDisposable? _owner;
    private readonly Lock _lock = new();
    private readonly Wakeup _readable;
    private readonly Wakeup _writable = new(EventLoop.Inline);
    private readonly bool _isDatagram;
    private ulong _place;
    private uint _wanted;
    private volatile bool _hungUp;
    private volatile bool _closed;

    /// <summary>Takes over a socket that does not block.</summary>
    /// <param name="handle">Its descriptor.</param>
    /// <param name="loop">Where it is waited for.</param>
    /// <param name="owner">What is disposed in place of <paramref name="handle"/>; null for the handle itself.</param>
    /// <param name="readable">What is signalled when it may be read, shared by several sockets of one waiter; null for its own.</param>
    /// <param name="isDatagram">Whether an error that is told (by ICMP) leaves it as it was, instead of being its end.</param>
    public LoopSocket(SafeHandle handle, EventLoop loop, IDisposable? owner = null, Wakeup? readable = null, bool isDatagram = false)
    {
        ArgumentNullException.ThrowIfNull(handle);
        ArgumentNullException.ThrowIfNull(loop);
        _handle = handle;
        Loop = loop;
        _owner = owner;
        _readable = readable ?? new Wakeup(EventLoop.Inline);
        _isDatagram = isDatagram;
    }

    /// <summary>Where it is waited for.</summary>
    public EventLoop Loop { get; }

    /// <summary>Whether it was closed here.</summary>
    public bool IsClosed => _closed;

    /// <summary>Waits until reading may tell something new; at once when it was closed. May complete for nothing.</summary>
    public ValueTask WaitReadableAsync()
    {
        if (_hungUp || !WantReadable()) return ValueTask.CompletedTask;
        return _readable.WaitAsync();
    }

    /// <summary>Has readability signalled from now on.</summary>
    /// <returns>False when there is nothing to wait for: the next call tells why.</returns>
    public bool WantReadable() => !_closed && Want(EpollSet.In | EpollSet.ReadHangUp);

    /// <summary>Waits until writing may get on; at once when it was closed. May complete for nothing.</summary>
    public ValueTask WaitWritableAsync()
    {
        if (_closed || !Want(EpollSet.Out)) return ValueTask.CompletedTask;
        return _writable.WaitAsync();
    }

    /// <summary>Lets the reader that waits go on, for nothing.</summary>
    public void WakeReader() => _readable.Signal();

    /// <summary>Lets the writer that waits go on, for nothing.</summary>
    public void WakeWriter() => _writable.Signal();

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_closed) return;
            _closed = true;
            if (_wanted != 0) Loop.Release(_place);
        }

        if (_owner is not null) _owner.Dispose();
        else _handle.Dispose();
        // On the loop: whoever closes may hold locks that those who wait will want.
        if (_wanted != 0) Loop.Post(WakeBoth);
    }

    /// <summary>Events of epoll. The loop.</summary>
    internal void OnEvents(uint events)
    {
        // Sticky: no further edge comes after an end that was told together with octets.
        if (!_isDatagram && (events & (EpollSet.ReadHangUp | EpollSet.HangUp | EpollSet.Error)) != 0) _hungUp = true;
        if ((events & (EpollSet.Out | EpollSet.HangUp | EpollSet.Error)) != 0) _writable.Signal();
        if ((events & (EpollSet.In | EpollSet.ReadHangUp | EpollSet.HangUp | EpollSet.Error)) != 0) _readable.Signal();
    }

    private void WakeBoth()
    {
        _writable.Signal();
        _readable.Signal();
    }

    /// <returns>False when there is nothing to wait for: the next call tells why.</returns>
    private bool Want(uint events)
    {
        if ((_wanted & events) == events) return true;
        lock (_lock)
        {
            if (_closed) return false;
            bool first = _wanted == 0;
            if (first) _place = Loop.Reserve(this);
            _wanted |= events;
            try
            {
                if (Loop.Arm(_handle, _place, _wanted, first) == 0) return true;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }

            if (first)
            {
                _wanted = 0;
                Loop.Release(_place);
            }

            // Out of memory or of watches: the caller tries again, which is slow and works.
            return false;
        }
    }
}
