using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Ssh.Channels;

/// <summary>
/// One channel of a connection (RFC 4254 §5): a stream with half-close, flow controlled both ways. Writing waits for the peer's window; what the
/// peer sends waits here, bounded by the window granted to it, until it is read.
/// </summary>
public sealed partial class SshChannel : DuplexStream
{
    private readonly SshConnection _connection;
    private readonly Lock _lock = new();
    private readonly Lock _receiveLock = new();
    private readonly ChannelInbox _inbox;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closedByPeer = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ChannelInbox? _extendedInbox;
    private bool _eofReceived;
    private bool _closeReceived;
    private Exception? _failure;
    private Exception? _lost;
    private volatile Exception? _discarded;

    internal SshChannel(SshConnection connection, uint id, string type, int window)
    {
        _connection = connection;
        Id = id;
        ChannelType = type;
        _inbox = new ChannelInbox(OnConsumed);
        _localWindow = window;
        _windowSize = window;
    }

    /// <summary>The channel type of RFC 4250 §4.9.1, such as <c>direct-tcpip</c> or <c>session</c>.</summary>
    public string ChannelType { get; }

    /// <summary>What a session is used for, such as <c>session:shell</c>; null where nothing was asked of it yet.</summary>
    internal string? Use { get; set; }

    /// <summary>This side's channel number.</summary>
    public uint Id { get; }

    /// <summary>Completes when both sides have closed the channel or the connection is over.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The standard error of a session (SSH_MSG_CHANNEL_EXTENDED_DATA of type 1): ask for it before the first octet comes, or it is thrown away.</summary>
    public ValueTask<int> ReadStandardErrorAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        StandardErrorInbox().ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _inbox.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override void Abort(TunnelError error) => EndBothWays(new TunnelException(error, "ssh: channel: aborted"));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) EndBothWays(new TunnelException(TunnelError.Closed, "ssh: channel: closed by this side"));
        base.Dispose(disposing);
    }

    /// <summary>Keeps standard error from now on instead of throwing it away.</summary>
    internal ChannelInbox StandardErrorInbox()
    {
        lock (_receiveLock)
        {
            if (_extendedInbox is not null) return _extendedInbox;
            _extendedInbox = new ChannelInbox(OnConsumed);
            if (_discarded is { } reason) _extendedInbox.Discard(reason);
            else if (_eofReceived || _closed.Task.IsCompleted) _extendedInbox.End(_eofReceived ? null : _failure);
            return _extendedInbox;
        }
    }

    /// <summary>SSH_MSG_CHANNEL_DATA. Receive loop.</summary>
    internal void OnData(ReadOnlySpan<byte> data)
    {
        lock (_receiveLock)
        {
            if (_packets is { } packets)
            {
                ReceivePacket(packets, data);
                return;
            }

            Receive(data.Length);
            if (_sink is { } sink)
            {
                if (!_connection.TryGather(sink, data)) sink.OnData(data);
            }
            else _inbox.Add(data);
        }
    }

    /// <summary>SSH_MSG_CHANNEL_EXTENDED_DATA. Receive loop.</summary>
    internal void OnExtendedData(uint type, ReadOnlySpan<byte> data)
    {
        Receive(data.Length);
        if (type == 1 && _extendedInbox is { } inbox) inbox.Add(data);
        else OnConsumed(data.Length);
    }

    /// <summary>SSH_MSG_CHANNEL_EOF. Receive loop.</summary>
    internal void OnEof()
    {
        lock (_receiveLock)
        {
            _eofReceived = true;
            _inbox.End();
            _extendedInbox?.End();
            _sink?.OnEnd();
        }

        _packets?.End(null);
    }

    /// <summary>SSH_MSG_CHANNEL_CLOSE. Receive loop.</summary>
    internal void OnClose()
    {
        if (!_eofReceived) OnEof();
        bool over;
        lock (_lock)
        {
            _closeReceived = true;
            if (!OutlivesRelay) _closeWanted = true;
            FailWrites(new TunnelException(TunnelError.Reset, "ssh: channel: closed by the other side"));
            over = _closeSent;
        }

        lock (_receiveLock) _sink?.OnPeerClosed();
        FailRequests();
        _closedByPeer.TrySetResult();
        if (over) Finish();
        else _connection.Schedule(this);
    }

    /// <summary>The connection is over.</summary>
    internal void OnConnectionLost(Exception reason)
    {
        lock (_lock)
        {
            _failure ??= reason;
            _closeSent = _closeReceived = true;
            FailWrites(reason);
        }

        FailOpening(reason);
        lock (_receiveLock)
        {
            _lost = reason;
            _closed.TrySetResult();
            _closedByPeer.TrySetResult();
            _inbox.End(reason);
            _extendedInbox?.End(reason);
            _sink?.OnLost(reason);
        }

        _packets?.End(reason);

        FailRequests();
    }

    /// <summary>Gives up both directions: nothing more is read or written here.</summary>
    internal void EndBothWays(Exception reason)
    {
        lock (_lock)
        {
            _failure ??= reason;
            FailWrites(reason);
            _discarded ??= reason;
            _closeWanted = true;
        }

        _inbox.Discard(reason);
        _extendedInbox?.Discard(reason);
        _connection.Schedule(this);
    }

    private void Finish()
    {
        _connection.Remove(this);
        _closed.TrySetResult();
    }

    private void Receive(int count)
    {
        if (_eofReceived) throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: channel {Id}: expected nothing after its end, got data");
        int left = Interlocked.Add(ref _localWindow, -count);
        if (left < 0) throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: channel {Id}: expected at most the window, got {-left} octets more");
        NoteDrain(count);
    }
}
