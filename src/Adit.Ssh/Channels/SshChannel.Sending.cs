using System.Threading.Tasks.Sources;
using Adit.Core;
using Adit.Ssh.Transport;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Channels;

/// <summary>
/// What goes out. The send loop visits a channel that has something to send and lets it seal its packets in their final place: octets are read from
/// the local socket, or copied from the writer's memory, straight into the packet.
/// </summary>
public sealed partial class SshChannel : IValueTaskSource
{
    /// <summary>Ours: what one visit may send before the next channel's turn (deficit round robin).</summary>
    private const int Quantum = 64 * 1024;

    private readonly List<byte[]> _trailers = [];
    private ManualResetValueTaskSourceCore<bool> _write = new() { RunContinuationsAsynchronously = true };
    private ReadOnlyMemory<byte> _outgoing;
    private bool _isWriting;
    private ReadOnlyMemory<byte> _outgoingError;
    private TaskCompletionSource? _errorWrite;
    private CancellationTokenRegistration _writeCancellation;
    private CancellationToken _writingToken;
    private ChannelRelay? _source;
    private ChannelRelay? _sink;
    private bool _open;
    private bool _eofWanted;
    private bool _eofSent;
    private bool _closeWanted;
    private bool _closeSent;

    /// <summary>Whether the channel waits in the send loop's queue. Guarded by that queue's lock.</summary>
    internal bool IsScheduled { get; set; }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ValueTask result;
        lock (_lock)
        {
            if (_isWriting) throw new InvalidOperationException("ssh: channel: expected one write at a time");
            if (_failure is not null || _closeWanted || _eofWanted)
            {
                return ValueTask.FromException(_failure ?? new TunnelException(TunnelError.Closed, "ssh: channel: write: the direction is closed"));
            }

            if (buffer.IsEmpty) return ValueTask.CompletedTask;
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
            _write.Reset();
            _outgoing = buffer;
            _writingToken = cancellationToken;
            _isWriting = true;
            result = new ValueTask(this, _write.Version);
            if (cancellationToken.CanBeCanceled) _writeCancellation = cancellationToken.UnsafeRegister(static (self, token) => ((SshChannel)self!).CancelWrite(token), this);
        }

        _connection.Schedule(this);
        return result;
    }

    /// <summary>Writes to the standard error of a session (SSH_MSG_CHANNEL_EXTENDED_DATA of type 1). One such write at a time.</summary>
    /// <param name="buffer">The octets; not to be changed until this completes.</param>
    public Task WriteStandardErrorAsync(ReadOnlyMemory<byte> buffer)
    {
        TaskCompletionSource written;
        lock (_lock)
        {
            if (_errorWrite is not null) throw new InvalidOperationException("ssh: channel: expected one write to standard error at a time");
            if (_failure is not null || _closeWanted || _eofWanted)
            {
                return Task.FromException(_failure ?? new TunnelException(TunnelError.Closed, "ssh: channel: write: the direction is closed"));
            }

            if (buffer.IsEmpty) return Task.CompletedTask;
            _outgoingError = buffer;
            written = _errorWrite = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        _connection.Schedule(this);
        return written.Task;
    }

    /// <inheritdoc/>
    public override ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock) _eofWanted = true;
        _connection.Schedule(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Queues a channel message that leaves after all data and before CLOSE (exit-status), and then closes this side.</summary>
    internal void CloseWith(byte[] trailer)
    {
        lock (_lock)
        {
            _trailers.Add(trailer);
            _eofWanted = true;
            _closeWanted = true;
        }

        _connection.Schedule(this);
    }

    /// <summary>Seals what may be sent now. Send loop.</summary>
    /// <returns>Whether there is more and another visit is due.</returns>
    internal bool Fill(PacketWriter writer)
    {
        bool over = false;
        bool more;
        lock (_lock)
        {
            if (!_open || _closeSent) return false;
            if (TryTakeAdjustment(out ChannelWindowAdjustMessage adjust)) writer.Seal(adjust.Encode(writer.Payload));
            more = _packets is { } packets ? FillPackets(writer, packets) : FillStandardError(writer) || FillData(writer);
            if (more) return true;
            if (_eofWanted && !_eofSent && !_isWriting && _errorWrite is null && !_closeReceived)
            {
                _eofSent = true;
                writer.Seal(new ChannelEofMessage(_remoteId).Encode(writer.Payload));
            }

            if (_closeWanted && !_isWriting && _errorWrite is null)
            {
                foreach (byte[] trailer in _trailers)
                {
                    if (_closeReceived && !OutlivesRelay) break;
                    trailer.CopyTo(writer.Payload);
                    writer.Seal(trailer.Length);
                }

                _closeSent = true;
                writer.Seal(new ChannelCloseMessage(_remoteId).Encode(writer.Payload));
                over = _closeReceived;
            }
        }

        if (over) Finish();
        return false;
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _write.GetStatus(token);

    void IValueTaskSource.GetResult(short token) => _write.GetResult(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _write.OnCompleted(continuation, state, token, flags);

    private bool FillStandardError(PacketWriter writer)
    {
        while (_errorWrite is not null && !_eofSent && !_closeReceived)
        {
            int limit = (int)Math.Min(Math.Min(Volatile.Read(ref _remoteWindow), _remoteMaximumPacket), _outgoingError.Length);
            if (limit <= 0) return false;
            if (writer.Room < MaximumPacket + 1024) return true;
            Span<byte> payload = writer.Payload;
            ChannelExtendedDataPacket.WriteHeader(payload, _remoteId, ChannelExtendedDataPacket.Stderr, limit);
            _outgoingError.Span[..limit].CopyTo(payload[ChannelExtendedDataPacket.HeaderLength..]);
            writer.Seal(ChannelExtendedDataPacket.HeaderLength + limit);
            Interlocked.Add(ref _remoteWindow, -limit);
            _outgoingError = _outgoingError[limit..];
            if (_outgoingError.IsEmpty) EndErrorWrite()?.SetResult();
        }

        return false;
    }

    private TaskCompletionSource? EndErrorWrite()
    {
        TaskCompletionSource? written = _errorWrite;
        _errorWrite = null;
        _outgoingError = default;
        return written;
    }

    private bool FillData(PacketWriter writer)
    {
        int quantum = Quantum;
        while (!_eofSent && !_closeReceived)
        {
            if (_source is null ? !_isWriting : !_source.MayRead) return false;
            int limit = (int)Math.Min(Volatile.Read(ref _remoteWindow), _remoteMaximumPacket);
            if (limit <= 0) return false;
            if (quantum <= 0 || writer.Room < MaximumPacket + 1024) return true;
            limit = Math.Min(limit, quantum);
            Span<byte> payload = writer.Payload;
            int count = _source is null
                ? CopyOutgoing(payload.Slice(ChannelDataPacket.HeaderLength, limit))
                : _source.Read(payload.Slice(ChannelDataPacket.HeaderLength, limit));
            if (count == 0)
            {
                // Something came between the look and the wait, which has ended already: look again.
                if (_source is { MayRead: true }) continue;
                return false;
            }

            ChannelDataPacket.WriteHeader(payload, _remoteId, count);
            writer.Seal(ChannelDataPacket.HeaderLength + count);
            Interlocked.Add(ref _remoteWindow, -count);
            quantum -= count;
        }

        return false;
    }

    private int CopyOutgoing(Span<byte> room)
    {
        int count = Math.Min(room.Length, _outgoing.Length);
        _outgoing.Span[..count].CopyTo(room);
        _outgoing = _outgoing[count..];
        if (_outgoing.IsEmpty)
        {
            EndWrite();
            _write.SetResult(true);
        }

        return count;
    }

    private void EndWrite()
    {
        _isWriting = false;
        _outgoing = default;
        _writeCancellation.Unregister();
        _writeCancellation = default;
        _writingToken = default;
    }

    private void FailWrites(Exception reason)
    {
        _failure ??= reason;
        EndErrorWrite()?.SetException(reason);
        if (!_isWriting) return;
        EndWrite();
        _write.SetException(reason);
    }

    private void CancelWrite(CancellationToken token)
    {
        lock (_lock)
        {
            // A callback that comes late must not cancel the next write, which has another token.
            if (!_isWriting || token != _writingToken) return;
            _isWriting = false;
            _outgoing = default;
            _write.SetException(new OperationCanceledException(token));
        }
    }
}
