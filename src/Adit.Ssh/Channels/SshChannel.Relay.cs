using Adit.Core.Relay;
using Adit.Core.Streams;

namespace Adit.Ssh.Channels;

/// <summary>Relaying to a local socket without buffers in between.</summary>
public sealed partial class SshChannel : IRelayEndpoint
{
    internal bool IsClosedByPeer => _closeReceived;

    /// <summary>Completes when the peer has closed the channel, or the connection is over.</summary>
    internal Task ClosedByPeer => _closedByPeer.Task;

    /// <summary>
    /// Whether the channel stays open until <see cref="CloseWith"/>, also when a relay has ended both directions or the peer has closed it: a program may close its
    /// output and run on, and ssh(1) closes once both directions have ended, and yet wants to know the exit status.
    /// </summary>
    internal bool OutlivesRelay { get; set; }

    /// <inheritdoc/>
    public async Task<RelayResult> RelayAsync(DuplexStream other)
    {
        ChannelRelay relay = Join(other);
        _connection.Schedule(this);
        return await relay.Result.ConfigureAwait(false);
    }

    /// <summary>Joins the channel with a local stream; before the opening is confirmed nothing flows.</summary>
    internal ChannelRelay Join(DuplexStream other)
    {
        if (other is not IReadyStream ready) throw new ArgumentException("ssh: relay: expected a stream over a descriptor", nameof(other));
        var relay = new ChannelRelay(this, ready, other);
        Attach(relay);
        return relay;
    }

    /// <summary>Octets of the relay were handed on.</summary>
    internal void ConsumedByRelay(int count) => OnConsumed(count);

    /// <summary>The relay has something to send.</summary>
    internal void WakeFromRelay() => _connection.Schedule(this);

    /// <summary>The local side has ended (<paramref name="close"/>: the peer's too). From the send loop's visit, or before a wake.</summary>
    internal void EndFromRelay(bool close)
    {
        lock (_lock)
        {
            _eofWanted = true;
            if (close && !OutlivesRelay) _closeWanted = true;
        }
    }

    private void Attach(ChannelRelay relay)
    {
        lock (_lock) _source = relay;
        lock (_receiveLock)
        {
            // What came before the relay is handed over first, in order.
            byte[] early = new byte[_inbox.Length];
            int count = _inbox.TryTake(early);
            if (count > 0) relay.OnData(early.AsSpan(0, count));
            _sink = relay;
            if (_lost is { } lost) relay.OnLost(lost);
            if (_eofReceived) relay.OnEnd();
            if (_closeReceived) relay.OnPeerClosed();
        }
    }
}
