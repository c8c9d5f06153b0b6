using System.Buffers;

namespace Adit.Core.Datagrams;

/// <summary>Joins two flows until one ends, or nothing comes from either for a while.</summary>
public static class DatagramRelay
{
    /// <summary>Relays, then disposes both flows. Never throws but for bugs.</summary>
    /// <param name="first">One flow.</param>
    /// <param name="second">The other.</param>
    /// <param name="idle">How long silence on both sides may last; must be positive.</param>
    /// <param name="time">Null for the system's.</param>
    /// <param name="cancellationToken">Ends the relay.</param>
    /// <returns>What went through.</returns>
    public static async Task<DatagramRelayResult> RunAsync(IDatagramFlow first, IDatagramFlow second, TimeSpan idle, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        time ??= TimeProvider.System;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var activity = new Activity(time);
        Task<(long Forwarded, long Dropped)> there = CopyAsync(first, second, activity, over);
        Task<(long Forwarded, long Dropped)> back = CopyAsync(second, first, activity, over);
        // Rather than a timer set anew with each datagram: looks how long ago the last one was.
        using (ITimer watch = time.CreateTimer(_ => activity.EndIfIdle(idle, over), null, idle, idle / 4))
        {
            await Task.WhenAll(there, back).ConfigureAwait(false);
        }

        await first.DisposeAsync().ConfigureAwait(false);
        await second.DisposeAsync().ConfigureAwait(false);
        ((long fromFirst, long droppedThere), (long fromSecond, long droppedBack)) = (await there.ConfigureAwait(false), await back.ConfigureAwait(false));
        return new DatagramRelayResult(fromFirst, fromSecond, droppedThere + droppedBack);
    }

    private static async Task<(long Forwarded, long Dropped)> CopyAsync(IDatagramFlow from, IDatagramFlow to, Activity activity, CancellationTokenSource over)
    {
        (long forwarded, long dropped) = (0, 0);
        try
        {
            while (await from.WaitReceivableAsync(over.Token).ConfigureAwait(false))
            {
                byte[] buffer = ArrayPool<byte>.Shared.Rent(DatagramLimits.MaximumLength);
                while (from.TryReceive(buffer, out int length))
                {
                    if (to.TrySend(buffer.AsSpan(0, length))) forwarded++;
                    else dropped++;
                }

                ArrayPool<byte>.Shared.Return(buffer);
                activity.Note();
            }
        }
        catch (OperationCanceledException)
        {
            // The other direction is over, or nothing came for long.
        }

        await over.CancelAsync().ConfigureAwait(false);
        return (forwarded, dropped);
    }

    private sealed class Activity(TimeProvider time)
    {
        private long _last = time.GetTimestamp();

        public void Note() => Volatile.Write(ref _last, time.GetTimestamp());

        public void EndIfIdle(TimeSpan idle, CancellationTokenSource over)
        {
            if (time.GetElapsedTime(Volatile.Read(ref _last)) < idle) return;
            try
            {
                over.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It ended meanwhile.
            }
        }
    }
}
