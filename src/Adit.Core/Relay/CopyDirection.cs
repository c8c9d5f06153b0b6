using System.Buffers;
using Adit.Core.Streams;
using Adit.Platform.EventLoops;

namespace Adit.Core.Relay;

/// <summary>
/// One direction of a relay. Small amounts are copied through a pooled buffer; once a read fills it and both ends are bare sockets, octets move within
/// the kernel (splice(2)) for as long as they come in bulk. Buffer and pipe are held only while there is something to move.
/// </summary>
internal sealed class CopyDirection(DuplexStream from, DuplexStream to)
{
    /// <summary>Ours: octets of the buffer.</summary>
    private const int BufferLength = 64 * 1024;

    /// <summary>Ours: a burst below this is cheaper to copy than to splice.</summary>
    private const int LeastBurst = 16 * 1024;

    /// <summary>Ours: octets after which others on the loop have their turn.</summary>
    private const long Turn = 4 * 1024 * 1024;

    private readonly IReadyStream? _ready = from as IReadyStream;
    private bool _splices = from is SocketStream && to is SocketStream && OperatingSystem.IsLinux();
    private bool _bulk;

    /// <summary>Octets moved so far.</summary>
    public long Octets { get; private set; }

    /// <summary>Whether the stream read from failed, rather than the one written to.</summary>
    public bool ReaderFailed { get; private set; }

    /// <summary>The failure; null when the end was reached and handed on.</summary>
    public Exception? Error { get; private set; }

    /// <summary>Moves octets until the end or a failure; never throws for either.</summary>
    public async Task RunAsync()
    {
        byte[]? buffer = null;
        try
        {
            while (true)
            {
                ReaderFailed = true;
                if (_ready is not null) await _ready.WaitReadableAsync().ConfigureAwait(false);
                if (_bulk && SplicePipe.TryRent() is { } pipe)
                {
                    using (pipe)
                    {
                        if (!await SpliceBurstAsync(pipe).ConfigureAwait(false)) continue;
                    }

                    await to.CompleteWritesAsync().ConfigureAwait(false);
                    return;
                }

                buffer ??= ArrayPool<byte>.Shared.Rent(BufferLength);
                int count = await from.ReadAsync(buffer).ConfigureAwait(false);
                ReaderFailed = false;
                if (count == 0)
                {
                    await to.CompleteWritesAsync().ConfigureAwait(false);
                    return;
                }

                await to.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                Octets += count;
                _bulk = _splices && count == buffer.Length;
                if (_ready is null || (count == buffer.Length && !_bulk)) continue;
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = null;
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            Error = e;
        }
        finally
        {
            if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Moves what is there through a pipe.</summary>
    /// <returns>Whether the end was reached; else there is nothing now.</returns>
    private async ValueTask<bool> SpliceBurstAsync(SplicePipe pipe)
    {
        var (source, sink) = ((SocketStream)from, (SocketStream)to);
        long before = Octets;
        long turn = Octets;
        while (true)
        {
            ReaderFailed = true;
            int count;
            try
            {
                if (!source.TrySpliceTo(pipe, out count))
                {
                    _bulk = Octets - before >= LeastBurst;
                    return false;
                }
            }
            catch (NotSupportedException)
            {
                // Nothing was taken: copying goes on from here.
                _splices = _bulk = false;
                return false;
            }

            ReaderFailed = false;
            if (count == 0) return true;
            await sink.SpliceFromAsync(pipe).ConfigureAwait(false);
            Octets += count;
            if (Octets - turn < Turn) continue;
            turn = Octets;
            await EventLoop.Yield();
        }
    }
}
