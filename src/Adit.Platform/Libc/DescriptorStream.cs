using System.Runtime.InteropServices;

namespace Adit.Platform.Libc;

/// <summary>
/// A descriptor that this process was started with (0, 1, 2), by read(2) and write(2) alone: whatever it is, its offset moves on as other programs
/// that share it expect. Blocks its thread, also where somebody has made the descriptor non-blocking. Never closes it.
/// </summary>
/// <param name="descriptor">The descriptor.</param>
/// <param name="isReadable">Whether it is read; else it is written.</param>
public sealed partial class DescriptorStream(int descriptor, bool isReadable) : Stream
{
    // errno.h of Linux, the same on all its architectures.
    private const int Interrupted = 4; // EINTR
    private const int TryAgain = 11; // EAGAIN

    // poll.h
    private const short PollIn = 1;
    private const short PollOut = 4;

    /// <inheritdoc/>
    public override bool CanRead => isReadable;

    /// <inheritdoc/>
    public override bool CanWrite => !isReadable;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            nint count = read(descriptor, buffer, buffer.Length);
            if (count >= 0) return (int)count;
            WaitOrThrow(PollIn, "read");
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            nint count = write(descriptor, buffer, buffer.Length);
            if (count >= 0) buffer = buffer[(int)count..];
            else WaitOrThrow(PollOut, "write");
        }
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    private void WaitOrThrow(short events, string what)
    {
        int error = Marshal.GetLastPInvokeError();
        if (error == Interrupted) return;
        if (error != TryAgain) throw new IOException($"descriptor {descriptor}: {what}: {Marshal.GetPInvokeErrorMessage(error)}");
        var wanted = new PollDescriptor { Descriptor = descriptor, Events = events };
        _ = poll(ref wanted, 1, -1);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint read(int descriptor, Span<byte> buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, ReadOnlySpan<byte> buffer, nint count);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int poll(ref PollDescriptor descriptors, nuint count, int timeout);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short ReturnedEvents;
    }
}
