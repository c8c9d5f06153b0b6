using System.Buffers;
using System.Runtime.CompilerServices;
using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Adit.Platform.EventLoops;

namespace Adit.Ssh.Channels;

/// <summary>
/// Joins a channel and a local socket without a loop or a buffer of its own: the send loop reads the socket straight into outgoing packets, the
/// receive loop writes it straight from decrypted ones, and only what the socket does not take at once is kept until it does.
/// </summary>
internal sealed class ChannelRelay
{
    private const int FlushLength = 64 * 1024;

    private readonly SshChannel _channel;
    private readonly IReadyStream _ready;
    private readonly SocketStream? _socket;
    private readonly DuplexStream _local;
    private ChannelInbox? _backlog;
    private readonly Action _onReadable;
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<RelayResult> _result = new(EventLoop.Inline ? TaskCreationOptions.None : TaskCreationOptions.RunContinuationsAsynchronously);
    private ConfiguredValueTaskAwaitable.ConfiguredValueTaskAwaiter _waiter;
    private volatile bool _mayRead = true;
    private long _fromChannel;
    private long _fromLocal;
    private bool _localEnded;
    private bool _peerEnded;
    private bool _flushing;
    private bool _finished;

    public ChannelRelay(SshChannel channel, IReadyStream ready, DuplexStream local)
    {
        _channel = channel;
        _ready = ready;
        _socket = local as SocketStream;
        _local = local;
        _onReadable = OnReadable;
    }

    public Task<RelayResult> Result => _result.Task;

    /// <summary>Whether the socket may have something to read.</summary>
    public bool MayRead => _mayRead;

    /// <summary>Whether octets of several packets may be handed on together.</summary>
    public bool Gathers => _socket is not null && !_flushing && !_finished;

    /// <summary>Whether the socket does not keep up with the channel.</summary>
    public bool IsCongested => _flushing;

    /// <summary>Reads the socket into an outgoing packet. Send loop.</summary>
    /// <returns>Octets read; 0 when there are none now, or the end was reached.</returns>
    public int Read(Span<byte> room)
    {
        try
        {
            if (!_ready.TryRead(room, out int count))
            {
                WaitReadable();
                return 0;
            }

            if (count == 0)
            {
                _mayRead = false;
                EndLocal();
                return 0;
            }

            _fromLocal += count;
            // A short read has emptied the socket: waiting for more costs less than asking for it.
            if (count < room.Length) WaitReadable();
            return count;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            Fail(RelaySide.Second, e);
            return 0;
        }
    }

    /// <summary>Octets from the peer. Receive loop.</summary>
    public void OnData(ReadOnlySpan<byte> data)
    {
        int taken = 0;
        Exception? failure = null;
        lock (_lock)
        {
            if (_finished) return;
            _fromChannel += data.Length;
            if (!_flushing)
            {
                try
                {
                    _ready.TryWrite(data, out taken);
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
                {
                    failure = e;
                }
            }

            if (failure is null && taken < data.Length) Keep(data[taken..]);
        }

        if (taken > 0) _channel.ConsumedByRelay(taken);
        if (failure is not null) Fail(RelaySide.Second, failure);
    }

    /// <summary>Octets from the peer, of several packets. Receive loop.</summary>
    public void OnData(SendParts parts)
    {
        int taken = 0;
        Exception? failure = null;
        lock (_lock)
        {
            if (_finished) return;
            _fromChannel += parts.Length;
            if (!_flushing)
            {
                try
                {
                    _socket!.TryWrite(parts, out taken);
                }
                catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
                {
                    failure = e;
                }
            }

            int skip = taken;
            for (int i = 0; failure is null && i < parts.Count; i++)
            {
                if (skip < parts[i].Length) Keep(parts[i][skip..]);
                skip = Math.Max(skip - parts[i].Length, 0);
            }
        }

        if (taken > 0) _channel.ConsumedByRelay(taken);
        if (failure is not null) Fail(RelaySide.Second, failure);
    }

    /// <summary>The peer's end of the stream. Receive loop.</summary>
    public void OnEnd()
    {
        lock (_lock)
        {
            _peerEnded = true;
            if (_flushing) return;
        }

        _ = EndPeerAsync();
    }

    /// <summary>The peer has closed the channel: nothing can be sent any more.</summary>
    public void OnPeerClosed()
    {
        _mayRead = false;
        lock (_lock)
        {
            _localEnded = true;
            if (_flushing) return;
        }

        Finish(null, RelaySide.None);
    }

    /// <summary>The connection is lost.</summary>
    public void OnLost(Exception reason)
    {
        _mayRead = false;
        Finish(reason, RelaySide.First);
    }

    /// <summary>The channel was not opened: the local stream is left alone.</summary>
    public void FailOpening(Exception reason)
    {
        _mayRead = false;
        lock (_lock)
        {
            if (_finished) return;
            _finished = true;
        }

        Tell(() => _result.TrySetException(reason));
    }

    /// <summary>Keeps what the socket does not take now. Under the lock.</summary>
    private void Keep(ReadOnlySpan<byte> rest)
    {
        (_backlog ??= new ChannelInbox(static _ => { })).Add(rest);
        if (_flushing) return;
        _flushing = true;
        _ = FlushAsync();
    }

    private void WaitReadable()
    {
        _mayRead = false;
#pragma warning disable CA2012 // The result is taken exactly once: here, or in OnReadable. An async method would allocate for each wait.
        _waiter = _ready.WaitReadableAsync().ConfigureAwait(false).GetAwaiter();
#pragma warning restore CA2012
        if (_waiter.IsCompleted)
        {
            _waiter.GetResult();
            _mayRead = true;
        }
        else
        {
            _waiter.UnsafeOnCompleted(_onReadable);
        }
    }

    private void OnReadable()
    {
        try
        {
            _waiter.GetResult();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            // The next read tells it.
        }

        _mayRead = true;
        _channel.WakeFromRelay();
    }

    private void EndLocal()
    {
        bool both;
        lock (_lock)
        {
            _localEnded = true;
            both = _peerEnded && !_flushing;
        }

        // Called by the send loop within the channel's visit, which sends EOF, and then CLOSE once both ends are reached.
        _channel.EndFromRelay(both);
        if (both) Finish(null, RelaySide.None);
    }

    private async Task EndPeerAsync()
    {
        try
        {
            await _local.CompleteWritesAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            Fail(RelaySide.Second, e);
            return;
        }

        bool both;
        lock (_lock) both = _localEnded;
        if (!both) return;
        _channel.EndFromRelay(close: true);
        _channel.WakeFromRelay();
        Finish(null, RelaySide.None);
    }

    private async Task FlushAsync()
    {
        // Off the receive loop, and out of the lock that it holds.
        await Task.Yield();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(FlushLength);
        try
        {
            while (true)
            {
                int count;
                lock (_lock)
                {
                    count = _finished ? 0 : _backlog!.TryTake(buffer);
                    if (count == 0)
                    {
                        _flushing = false;
                        break;
                    }
                }

                await _local.WriteAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
                _channel.ConsumedByRelay(count);
            }
        }
        catch (Exception e)
        {
            lock (_lock) _flushing = false;
            Fail(RelaySide.Second, e);
            return;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        bool ended;
        bool closed;
        lock (_lock) (ended, closed) = (_peerEnded, _localEnded);
        if (ended) await EndPeerAsync().ConfigureAwait(false);
        else if (closed && _channel.IsClosedByPeer) Finish(null, RelaySide.None);
    }

    private void Fail(RelaySide side, Exception error)
    {
        _mayRead = false;
        Finish(error, side);
        _channel.EndBothWays(error);
    }

    private void Finish(Exception? error, RelaySide side)
    {
        lock (_lock)
        {
            if (_finished) return;
            _finished = true;
        }

        _backlog?.Discard(error ?? new TunnelException(TunnelError.Closed, "ssh: channel: closed"));
        if (error is null) _local.Dispose();
        else _local.Abort(TunnelError.Reset);
        Tell(() => _result.TrySetResult(new RelayResult(_fromChannel, _fromLocal, side, error)));
    }

    /// <summary>Whoever waits for the end goes on outside of all locks that are held here, and without another thread where a loop runs this.</summary>
    private static void Tell(Action end)
    {
        if (!EventLoop.Inline) end();
        else if (!EventLoop.TryPostHere(end)) ThreadPool.UnsafeQueueUserWorkItem(static e => e(), end, preferLocal: false);
    }
}
