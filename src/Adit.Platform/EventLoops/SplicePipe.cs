using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.EventLoops;

/// <summary>
/// A kernel pipe through which splice(2) moves pages from one socket to another, without copying them here. Rented while octets move, since each holds
/// two descriptors; a few are kept for the next renter.
/// </summary>
public sealed partial class SplicePipe : IDisposable
{
    /// <summary>Ours: octets asked of the kernel for a pipe (F_SETPIPE_SZ); it may grant less.</summary>
    public const int Capacity = 1024 * 1024;

    /// <summary>Ours: pipes kept without a renter.</summary>
    private const int MostKept = 32;

    private const uint MoveNonBlocking = 1 | 2; // SPLICE_F_MOVE | SPLICE_F_NONBLOCK, fcntl(2)
    private const int NonBlocking = 0x800; // O_NONBLOCK

    private static readonly ConcurrentBag<SplicePipe> Kept = [];

    private readonly DescriptorHandle _reader;
    private readonly DescriptorHandle _writer;

    private SplicePipe((DescriptorHandle Reader, DescriptorHandle Writer) ends) => (_reader, _writer) = ends;

    /// <summary>Octets inside.</summary>
    public long Held { get; private set; }

    /// <summary>Takes a kept pipe or makes one; null where the process has no descriptors left.</summary>
    public static SplicePipe? TryRent()
    {
        if (Kept.TryTake(out SplicePipe? kept)) return kept;
        try
        {
            return new SplicePipe(DescriptorPipe.Create(Capacity, NonBlocking));
        }
        catch (DescriptorException)
        {
            return null;
        }
    }

    /// <summary>Gives it back; one that still holds octets is closed.</summary>
    public void Dispose()
    {
        if (Held == 0 && Kept.Count < MostKept)
        {
            Kept.Add(this);
            return;
        }

        _reader.Dispose();
        _writer.Dispose();
    }

    /// <summary>Moves what a socket has into the pipe.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="count">Octets moved; 0 with success is the end of the stream.</param>
    /// <returns>0, <see cref="LoopSocket.TryAgain"/> when the socket has none now, or errno.</returns>
    internal int Fill(SafeHandle socket, out int count)
    {
        nint moved = splice(socket, 0, _writer, 0, Capacity, MoveNonBlocking);
        count = (int)Math.Max(moved, 0);
        Held += count;
        return moved < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>Moves what the pipe holds into a socket.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="count">Octets moved.</param>
    /// <returns>0, <see cref="LoopSocket.TryAgain"/> when the socket takes none now, or errno.</returns>
    internal int Empty(SafeHandle socket, out int count)
    {
        nint moved = splice(_reader, 0, socket, 0, (nint)Held, MoveNonBlocking);
        count = (int)Math.Max(moved, 0);
        Held -= count;
        return moved < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint splice(SafeHandle from, nint fromOffset, SafeHandle to, nint toOffset, nint length, uint flags);
}
