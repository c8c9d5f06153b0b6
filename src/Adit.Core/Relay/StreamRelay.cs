using System.Buffers;
using Adit.Core.Streams;

namespace Adit.Core.Relay;

/// <summary>Joins two streams. A half-close on one side is a half-close on the other; a failure of one aborts the other.</summary>
public static class StreamRelay
{
    /// <summary>Ours: octets of each direction's buffer, held only while octets are there to move or a stream cannot be waited on without one.</summary>
    private const int BufferLength = 64 * 1024;

    /// <summary>Relays until both directions have ended or one side failed, then disposes both streams.</summary>
    public static async Task<RelayResult> RunAsync(DuplexStream first, DuplexStream second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first is IRelayEndpoint a && second is IReadyStream) return await a.RelayAsync(second).ConfigureAwait(false);
        if (second is IRelayEndpoint b && first is IReadyStream)
        {
            return (await b.RelayAsync(first).ConfigureAwait(false)).Mirrored();
        }

        Task<Direction> there = CopyAsync(first, second);
        Task<Direction> back = CopyAsync(second, first);
        Direction earlier = await (await Task.WhenAny(there, back).ConfigureAwait(false)).ConfigureAwait(false);
        if (earlier.Error is not null)
        {
            first.Abort(TunnelError.Reset);
            second.Abort(TunnelError.Reset);
        }

        Direction fromFirst = await there.ConfigureAwait(false);
        Direction fromSecond = await back.ConfigureAwait(false);
        await first.DisposeAsync().ConfigureAwait(false);
        await second.DisposeAsync().ConfigureAwait(false);
        if (earlier.Error is null && fromFirst.Error is null && fromSecond.Error is null) return new RelayResult(fromFirst.Octets, fromSecond.Octets);
        bool firstDirection = earlier.Error is not null ? there.IsCompleted && ReferenceEquals(fromFirst, earlier) : fromFirst.Error is not null;
        Direction failed = firstDirection ? fromFirst : fromSecond;
        RelaySide side = failed.ReaderFailed == firstDirection ? RelaySide.First : RelaySide.Second;
        return new RelayResult(fromFirst.Octets, fromSecond.Octets, side, failed.Error);
    }

    private static async Task<Direction> CopyAsync(DuplexStream from, DuplexStream to)
    {
        long octets = 0;
        bool reading = true;
        byte[]? buffer = null;
        try
        {
            while (true)
            {
                reading = true;
                if (from is IReadyStream ready) await ready.WaitReadableAsync().ConfigureAwait(false);
                buffer ??= ArrayPool<byte>.Shared.Rent(BufferLength);
                int count = await from.ReadAsync(buffer).ConfigureAwait(false);
                reading = false;
                if (count == 0)
                {
                    await to.CompleteWritesAsync().ConfigureAwait(false);
                    return new Direction(octets, false, null);
                }

                await to.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                octets += count;
                if (count < buffer.Length && from is IReadyStream)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = null;
                }
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return new Direction(octets, reading, e);
        }
        finally
        {
            if (buffer is not null) ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private sealed record Direction(long Octets, bool ReaderFailed, Exception? Error);
}
