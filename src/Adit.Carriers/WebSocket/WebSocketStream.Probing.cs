using Adit.Core;

namespace Adit.Carriers.WebSocket;

/// <summary>Whether the path is awake in both directions.</summary>
public sealed partial class WebSocketStream
{
    /// <summary>What <see cref="ReceiveAsync"/> says of a pong while the path is probed.</summary>
    private const int Ponged = -1;

    /// <summary>Ours: the most that the peer may send before it answers.</summary>
    private const int MostStashed = 64 * 1024;

    // Ours: without an answer a second question follows after this long.
    private static readonly TimeSpan SecondPing = TimeSpan.FromMilliseconds(300);

    // Ours: the last question gets this long, however long the first took.
    private static readonly TimeSpan LeastLast = TimeSpan.FromSeconds(2);

    private bool _probing;
    private int _ponged;
    private ReadOnlyMemory<byte> _stash;

    /// <summary>
    /// Finds out whether what is sent arrives while more is to come: a ping at once and, without an answer within 300 ms, another. Where only the second brought answers,
    /// the path may hold back what nothing follows, or the peer was slow; a third ping, behind which nothing follows, tells which. What the peer sends meanwhile is
    /// kept. Before the first read.
    /// </summary>
    /// <param name="limit">How long the first answer may take.</param>
    /// <param name="time">The clock; the system's if null.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    /// <returns>Null for a path that streams; else why it does not.</returns>
    /// <exception cref="TunnelException">The connection was lost.</exception>
    public async Task<string?> ProbeAsync(TimeSpan limit, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        time ??= TimeProvider.System;
        long began = time.GetTimestamp();
        _probing = true;
        Volatile.Write(ref _reading, 1);
        try
        {
            await PingAsync(new byte[] { 0 }, cancellationToken).ConfigureAwait(false);
            Task<bool> answer = ReadToPongAsync(0);
            await Task.WhenAny(answer, Task.Delay(SecondPing, time, cancellationToken)).ConfigureAwait(false);
            bool again = !answer.IsCompleted;
            if (again) await PingAsync(new byte[] { 1 }, cancellationToken).ConfigureAwait(false);
            if (!await answer.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false)) return "the peer ended the stream";
            if (!again) return null;
            TimeSpan left = limit - time.GetElapsedTime(began);
            await PingAsync(new byte[] { 2 }, cancellationToken).ConfigureAwait(false);
            return await ReadToPongAsync(2).WaitAsync(left > LeastLast ? left : LeastLast, time, cancellationToken).ConfigureAwait(false) ? null : "the peer ended the stream";
        }
        catch (TimeoutException)
        {
            return $"the path buffers: no answer within {limit.TotalSeconds:0.#} s";
        }
        finally
        {
            _probing = false;
            Volatile.Write(ref _reading, 0);
        }
    }

    /// <summary>Reads until the pong of a ping, or of a later one, comes, and keeps what comes before it; false at the end of the stream.</summary>
    private async Task<bool> ReadToPongAsync(byte ping)
    {
        byte[] kept = new byte[MostStashed];
        _stash.CopyTo(kept);
        int length = _stash.Length;
        _stash = default;
        try
        {
            while (true)
            {
                int count = await ReceiveAsync(kept.AsMemory(length), CancellationToken.None).ConfigureAwait(false);
                if (count == Ponged)
                {
                    if (_ponged >= ping) return true;
                    continue;
                }

                if (count == 0) return false;
                length += count;
                if (length == kept.Length) throw new TunnelException(TunnelError.ProtocolViolation, $"{_options.Name}: probe: expected an answer within {MostStashed} octets, got none");
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            throw Lost(e);
        }
        finally
        {
            _stash = kept.AsMemory(0, length);
        }
    }

    private int TakeStash(Span<byte> into)
    {
        int count = Math.Min(into.Length, _stash.Length);
        _stash.Span[..count].CopyTo(into);
        _stash = _stash[count..];
        return count;
    }
}
