using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Packets;

/// <summary>
/// A non-blocking descriptor whose waits block the calling thread, and end when another thread interrupts: what a thread a direction needs that must also be stopped. Owns the descriptor.
/// </summary>
public sealed partial class InterruptibleDescriptor : IDisposable
{
    /// <summary>EAGAIN: nothing now.</summary>
    public const int TryAgain = 11;

    /// <summary>EINTR.</summary>
    public const int Interrupted = 4;

    /// <summary>POLLERR, in what <see cref="Wait"/> returns.</summary>
    public const int ErrorPending = 8;

    private const short PollIn = 1;
    private const short PollOut = 4;
    private const int EventFlags = 0x80800; // EFD_CLOEXEC | EFD_NONBLOCK

    private readonly DescriptorHandle _wake;
    private volatile bool _interrupted;

    /// <summary>Takes over a descriptor that is non-blocking already.</summary>
    /// <param name="handle">The descriptor; owned from here on.</param>
    /// <exception cref="DescriptorException">There are no more descriptors.</exception>
    public InterruptibleDescriptor(DescriptorHandle handle)
    {
        Handle = handle;
        int wake = eventfd(0, EventFlags);
        if (wake < 0) throw DescriptorException.Last("eventfd");
        _wake = new DescriptorHandle(wake);
    }

    /// <summary>The descriptor.</summary>
    public DescriptorHandle Handle { get; }

    /// <summary>Whether <see cref="Interrupt"/> was called.</summary>
    public bool IsInterrupted => _interrupted;

    /// <summary>Waits until the descriptor is readable, or writable, or has an error to tell.</summary>
    /// <param name="write">Whether to wait for room to write.</param>
    /// <param name="milliseconds">The longest wait; -1 for ever.</param>
    /// <returns>The events of poll(2); 0 when the time is over; -1 once it was interrupted.</returns>
    public int Wait(bool write = false, int milliseconds = -1)
    {
        Span<PollRequest> asked = stackalloc PollRequest[2];
        bool held = false, heldWake = false;
        try
        {
            Handle.DangerousAddRef(ref held);
            _wake.DangerousAddRef(ref heldWake);
            while (!_interrupted)
            {
                asked[0] = new PollRequest { Descriptor = Handle.Number, Events = write ? PollOut : PollIn };
                asked[1] = new PollRequest { Descriptor = _wake.Number, Events = PollIn };
                int count = poll(asked, 2, milliseconds);
                if (count < 0 && Marshal.GetLastPInvokeError() != Interrupted) throw DescriptorException.Last("poll");
                if (count < 0) continue;
                return _interrupted ? -1 : asked[0].ReturnedEvents;
            }

            return -1;
        }
        catch (ObjectDisposedException)
        {
            return -1;
        }
        finally
        {
            if (held) Handle.DangerousRelease();
            if (heldWake) _wake.DangerousRelease();
        }
    }

    /// <summary>Ends all waits, now and later. From any thread.</summary>
    public void Interrupt()
    {
        _interrupted = true;
        ulong one = 1;
        try
        {
            _ = write(_wake, ref one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            // Whoever waited was told already.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Interrupt();
        Handle.Dispose();
        _wake.Dispose();
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint value, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(Span<PollRequest> descriptors, nuint count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(DescriptorHandle descriptor, ref ulong value, nint count);

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
