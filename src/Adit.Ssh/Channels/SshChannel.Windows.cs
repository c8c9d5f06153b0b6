using Adit.Core;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Channels;

/// <summary>Flow control (RFC 4254 §5.2): what the peer may send, and what it lets this side send.</summary>
public sealed partial class SshChannel
{
    /// <summary>Ours: the window a channel begins with; OpenSSH's default.</summary>
    internal const int InitialWindow = 2 * 1024 * 1024;

    /// <summary>Ours: the window a channel may grow to. Above it OpenSSH's senders were measured to collapse.</summary>
    internal const int MaximumWindow = 15 * 1024 * 1024;

    /// <summary>The longest data packet this side takes; every implementation takes that much (RFC 4253 §6.1).</summary>
    internal const int MaximumPacket = 32 * 1024;

    private int _localWindow;
    private int _windowSize;
    private int _unacknowledged;
    private bool _windowWasShort;
    private int _drained;
    private long _drainBegan;
    private long _openingAsked;
    private long _remoteWindow;
    private int _remoteMaximumPacket;
    private uint _remoteId;

    private int CreditStep => _packets is not null ? PacketCreditStep : Math.Min(_windowSize / 4, 512 * 1024);

    /// <summary>The window granted to the peer at the start, for the connection's budget.</summary>
    internal int WindowSize => _windowSize;

    /// <summary>A value that changes with whatever is sent or received, but for rare coincidences; for timeouts.</summary>
    internal long ActivityMark => ((long)Volatile.Read(ref _localWindow) << 32) ^ Volatile.Read(ref _remoteWindow);

    /// <summary>
    /// Looks whether the window is what holds the peer up: it is, when a whole window comes within two round trips and the reader keeps up. On a path
    /// where octets take longer than that, more of them under way would only wait somewhere. Receive loop.
    /// </summary>
    private void NoteDrain(int count)
    {
        _drained += count;
        if (_drainBegan != 0 && _drained < _windowSize) return;
        long now = _connection.RoundTrip.Ask();
        if (_drainBegan != 0 && _connection.RoundTrip.IsWithin(_drainBegan, now, 2) && _inbox.Length == 0 && _sink is null or { IsCongested: false }) _windowWasShort = true;
        _drainBegan = now;
        _drained = 0;
    }

    /// <summary>SSH_MSG_CHANNEL_WINDOW_ADJUST. Receive loop.</summary>
    internal void OnWindowAdjust(uint count)
    {
        if (_packets is not null)
        {
            CreditPackets(count);
            return;
        }

        if (Interlocked.Add(ref _remoteWindow, count) > uint.MaxValue)
        {
            throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: channel {Id}: window: expected at most 2^32-1 (RFC 4254 §5.2), got more");
        }

        _connection.Schedule(this);
    }

    /// <summary>Octets have left this channel's memory: the peer may send as many again, told when it is worth a packet.</summary>
    private void OnConsumed(int count)
    {
        int due = Interlocked.Add(ref _unacknowledged, count);
        int step = CreditStep;
        if (due < step || due - count >= step) return;
        _connection.Schedule(this);
    }

    /// <summary>The adjustment that is due, as a message. Send loop.</summary>
    private bool TryTakeAdjustment(out ChannelWindowAdjustMessage message)
    {
        int due = Volatile.Read(ref _unacknowledged);
        if (due < CreditStep || _closeReceived || _eofReceived)
        {
            message = default;
            return false;
        }

        due = Interlocked.Exchange(ref _unacknowledged, 0);
        int more = 0;
        if (_windowWasShort)
        {
            // The reader keeps up and the window is what limits the peer: a long path.
            _windowWasShort = false;
            more = _connection.GrantWindow(Math.Min(_windowSize, MaximumWindow - _windowSize));
            _windowSize += more;
        }

        Interlocked.Add(ref _localWindow, due + more);
        message = new ChannelWindowAdjustMessage(_remoteId, (uint)(due + more));
        return true;
    }
}
