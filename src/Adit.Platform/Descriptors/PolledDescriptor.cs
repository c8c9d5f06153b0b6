using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Adit.Platform.Descriptors;

/// <summary>
/// A descriptor that is read and written without blocking a thread: a pipe, a terminal, a pidfd, an eventfd, or whatever else epoll(7) takes. One reader
/// and one writer at a time. Owns the descriptor. Safe to dispose at any moment: who waits is told, and finds it closed.
/// </summary>
public sealed partial class PolledDescriptor : IDisposable
{
    // errno.h of Linux, the same on all its architectures.
    private const int Interrupted = 4; // EINTR
    private const int InputOutputError = 5; // EIO
    private const int TryAgain = 11; // EAGAIN
    private const int NotPollable = 1; // EPERM

    // fcntl.h
    private const int GetFlags = 3; // F_GETFL
    private const int SetFlags = 4; // F_SETFL
    private const int NonBlocking = 0x800; // O_NONBLOCK

    // limits.h: what a pipe that is writable takes whole.
    private const int PipeBuffer = 4096;

    private readonly DescriptorHandle _handle;
    private readonly bool _shared;
    private readonly Lock _gate = new();
    private readonly DescriptorWait _reading = new();
    private readonly DescriptorWait _writing = new();
    private ulong _place;
    private bool _reserved;
    private uint _wanted;
    private bool _closed;

    /// <summary>Takes over a descriptor.</summary>
    /// <param name="handle">The descriptor; owned from here on.</param>
    /// <param name="shared">
    /// Whether others have descriptors of the same open file description, such as a terminal or standard input that was inherited. Non-blocking
    /// mode would be theirs too, and surprise them; such a descriptor is asked before each read and write whether it is ready, and written in pieces of 4 KiB.
    /// </param>
    /// <exception cref="DescriptorException">It is none.</exception>
    public PolledDescriptor(DescriptorHandle handle, bool shared = false)
    {
        ArgumentNullException.ThrowIfNull(handle);
        _handle = handle;
        _shared = shared;
        if (shared) return;
        int flags = fcntl(handle, GetFlags, 0);
        if (flags < 0 || fcntl(handle, SetFlags, flags | NonBlocking) < 0) throw DescriptorException.Last($"descriptor {handle.Number}");
    }

    /// <summary>Reads what is there now.</summary>
    /// <param name="destination">Room; not empty.</param>
    /// <param name="count">Octets read; 0 with <see langword="true"/> is the end: also of a terminal whose other side has gone.</param>
    /// <returns>False when there is nothing now.</returns>
    /// <exception cref="DescriptorException">It failed.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public bool TryRead(Span<byte> destination, out int count)
    {
        count = 0;
        if (_shared && !IsReady(DescriptorPoller.In)) return false;
        while (true)
        {
            nint got = read(_handle, destination, destination.Length);
            if (got >= 0)
            {
                count = (int)got;
                return true;
            }

            switch (Marshal.GetLastPInvokeError())
            {
                case Interrupted:
                    continue;
                case TryAgain:
                    return false;
                case InputOutputError:
                    return true; // the master of a terminal whose slave nobody has open any more (pty(7))
                case int error:
                    throw new DescriptorException("read", error);
            }
        }
    }

    /// <summary>Writes what is accepted now.</summary>
    /// <param name="source">Octets; not empty.</param>
    /// <returns>Octets taken, fewer perhaps than offered; 0 when none can be taken now.</returns>
    /// <exception cref="DescriptorException">It failed.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    public int TryWrite(ReadOnlySpan<byte> source)
    {
        if (_shared)
        {
            if (!IsReady(DescriptorPoller.Out)) return 0;
            source = source[..Math.Min(source.Length, PipeBuffer)];
        }

        while (true)
        {
            nint put = write(_handle, source, source.Length);
            if (put >= 0) return (int)put;
            int error = Marshal.GetLastPInvokeError();
            if (error == TryAgain) return 0;
            if (error != Interrupted) throw new DescriptorException("write", error);
        }
    }

    /// <summary>Completes on the thread pool when <see cref="TryRead"/> will probably tell something new, or the descriptor is closed.</summary>
    /// <exception cref="InvalidOperationException">Somebody waits for that already.</exception>
    public ValueTask WaitReadableAsync(CancellationToken cancellationToken = default) => WaitAsync(_reading, DescriptorPoller.In, cancellationToken);

    /// <summary>Completes on the thread pool when <see cref="TryWrite"/> will probably take something or fail, or the descriptor is closed.</summary>
    /// <exception cref="InvalidOperationException">Somebody waits for that already.</exception>
    public ValueTask WaitWritableAsync(CancellationToken cancellationToken = default) => WaitAsync(_writing, DescriptorPoller.Out, cancellationToken);

    /// <summary>Reads; 0 is the end.</summary>
    /// <exception cref="DescriptorException">It failed.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        while (!TryRead(buffer.Span, out count)) await WaitReadableAsync(cancellationToken).ConfigureAwait(false);
        return count;
    }

    /// <summary>Writes all.</summary>
    /// <exception cref="DescriptorException">It failed.</exception>
    /// <exception cref="ObjectDisposedException">It is closed.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            int count = TryWrite(buffer.Span);
            buffer = buffer[count..];
            if (count == 0) await WaitWritableAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_closed) return;
            _closed = true;
            if (_reserved)
            {
                DescriptorPoller.Shared.Remove(_handle);
                DescriptorPoller.Shared.Release(_place);
            }

            if (_reading.IsWaiting) _reading.End(null);
            if (_writing.IsWaiting) _writing.End(null);
        }

        _handle.Dispose();
    }

    /// <summary>What the kernel found. The poller's thread.</summary>
    internal void OnEvents(uint events)
    {
        const uint over = DescriptorPoller.Error | DescriptorPoller.HangUp;
        lock (_gate)
        {
            if (_closed) return;
            uint ready = (events & over) != 0 ? _wanted : _wanted & events;
            _wanted &= ~ready;
            if ((ready & DescriptorPoller.In) != 0) _reading.End(null);
            if ((ready & DescriptorPoller.Out) != 0) _writing.End(null);
            if (_wanted != 0 && Arm() is not 0 and var error) Fail(error);
        }
    }

    private ValueTask WaitAsync(DescriptorWait wait, uint direction, CancellationToken token)
    {
        lock (_gate)
        {
            if (_closed) return ValueTask.CompletedTask;
            if (token.IsCancellationRequested) return ValueTask.FromCanceled(token);
            ValueTask result = wait.Begin(token);
            _wanted |= direction;
            int error = Arm();
            if (error != 0)
            {
                wait.Withdraw();
                _wanted &= ~direction;
                return error == NotPollable ? ValueTask.CompletedTask : ValueTask.FromException(new DescriptorException("descriptor: wait", error));
            }

            if (token.CanBeCanceled)
            {
                wait.Hold(token.UnsafeRegister(
                    direction == DescriptorPoller.In
                        ? static (self, t) => ((PolledDescriptor)self!).Cancel(((PolledDescriptor)self)._reading, DescriptorPoller.In, t)
                        : static (self, t) => ((PolledDescriptor)self!).Cancel(((PolledDescriptor)self)._writing, DescriptorPoller.Out, t),
                    this));
            }

            return result;
        }
    }

    private int Arm()
    {
        DescriptorPoller poller = DescriptorPoller.Shared;
        if (_reserved) return poller.Arm(_handle, _place, _wanted, first: false);
        _place = poller.Reserve(this);
        int error = poller.Arm(_handle, _place, _wanted, first: true);
        _reserved = error == 0;
        if (!_reserved) poller.Release(_place);
        return error;
    }

    private void Cancel(DescriptorWait wait, uint direction, CancellationToken token)
    {
        lock (_gate)
        {
            if (!wait.IsWaiting || wait.Token != token) return;
            _wanted &= ~direction;
            wait.End(new OperationCanceledException(token));
        }
    }

    private void Fail(int error)
    {
        _wanted = 0;
        if (_reading.IsWaiting) _reading.End(new DescriptorException("descriptor: wait", error));
        if (_writing.IsWaiting) _writing.End(new DescriptorException("descriptor: wait", error));
    }

    private bool IsReady(uint direction)
    {
        var asked = new PollRequest { Descriptor = _handle.Number, Events = (short)direction };
        bool held = false;
        try
        {
            _handle.DangerousAddRef(ref held);
            return poll(ref asked, 1, 0) != 0;
        }
        finally
        {
            if (held) _handle.DangerousRelease();
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fcntl(DescriptorHandle descriptor, int command, nint argument);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(DescriptorHandle descriptor, Span<byte> buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(DescriptorHandle descriptor, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollRequest descriptors, nuint count, int timeout);

    // struct pollfd, poll.h; its POLLIN and POLLOUT are epoll's.
    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
