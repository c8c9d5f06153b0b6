using Adit.Core;
using Adit.Core.Streams;

namespace Adit.Gateway.Leases;

/// <summary>
/// Theory of operation: a client that lost its connection comes back while the gateway still holds its old session, and with it the port of its
/// reverse listener. So a listener is leased to the key that opened it. When another session of the same key asks for the same place, the old
/// session is asked for a sign of life; a dead one is closed and its place is handed on, a living one keeps it. Other keys never get it.
/// Requests for one port or path are served one after the other, all others at the same time.
/// </summary>
/// <param name="mode">When a place is handed on.</param>
/// <param name="time">The clock of the probe; the system's if null.</param>
/// <param name="mostPerKey">Listeners one key may have, each a descriptor; default 256.</param>
public sealed class ReverseListenerLeases(TakeoverMode mode, TimeProvider? time = null, int mostPerKey = 256)
{
    /// <summary>How long the old session may take to show a sign of life. Ours: well above a round trip, well below a person's patience.</summary>
    public static readonly TimeSpan ProbeTime = TimeSpan.FromSeconds(2);

    private readonly Lock _gate = new();
    private readonly HashSet<ReverseLease> _leases = [];
    private readonly Dictionary<string, Turn> _turns = [];
    private readonly Dictionary<string, int> _pending = []; // listeners being opened, by key

    /// <summary>The leases there are now.</summary>
    public IReadOnlyList<ReverseLease> Leases
    {
        get
        {
            lock (_gate) return [.. _leases];
        }
    }

    /// <summary>Opens a reverse listener and leases it.</summary>
    /// <param name="at">The place; port 0 is free for all.</param>
    /// <param name="fingerprint">The key that asks.</param>
    /// <param name="holder">Its session.</param>
    /// <param name="bind">Binds the listener, once the place is free of other leases.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lease, which the session owns.</returns>
    /// <exception cref="TunnelException"><see cref="TunnelError.AddressInUse"/>: another lease is in the way, and why it stays; <see cref="TunnelError.ResourceShortage"/>: the key has too many; or what binding told.</exception>
    public async ValueTask<ReverseLease> AcquireAsync(
        Destination at, string fingerprint, ILeaseHolder holder, Func<CancellationToken, ValueTask<IStreamListener>> bind, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(at);
        ArgumentException.ThrowIfNullOrEmpty(fingerprint);
        ArgumentNullException.ThrowIfNull(holder);
        ArgumentNullException.ThrowIfNull(bind);
        Begin(at, fingerprint);
        try
        {
            if (at is TcpDestination { Port: 0 }) return Register(fingerprint, holder, await bind(cancellationToken).ConfigureAwait(false), at);
            Turn turn = TakeTurn(PlaceOverlap.GateOf(at));
            try
            {
                await turn.Free.WaitAsync(cancellationToken).ConfigureAwait(false);
                try
                {
                    await MakeRoomAsync(at, fingerprint, holder, cancellationToken).ConfigureAwait(false);
                    return Register(fingerprint, holder, await bind(cancellationToken).ConfigureAwait(false), at);
                }
                finally
                {
                    turn.Free.Release();
                }
            }
            finally
            {
                GiveTurn(turn);
            }
        }
        finally
        {
            End(fingerprint);
        }
    }

    internal void Remove(ReverseLease lease)
    {
        lock (_gate) _leases.Remove(lease);
    }

    private async ValueTask MakeRoomAsync(Destination at, string fingerprint, ILeaseHolder holder, CancellationToken cancellationToken)
    {
        foreach (ReverseLease old in Leases.Where(l => PlaceOverlap.Overlap(l.Place, at)))
        {
            if (old.Fingerprint != fingerprint) throw InUse(at, "it is leased to another key");
            if (ReferenceEquals(old.Holder, holder)) throw InUse(at, $"this session has {old.Place} already");
            if (mode == TakeoverMode.Never) throw InUse(at, $"{old.Holder.Name} of the same key has it (takeover: never)");
            if (mode == TakeoverMode.Dead && await AnswersAsync(old.Holder, cancellationToken).ConfigureAwait(false))
            {
                lock (_gate)
                    if (!_leases.Contains(old)) continue; // it gave the place up meanwhile
                throw InUse(at, $"{old.Holder.Name} of the same key has it and answers (takeover: dead)");
            }

            old.Holder.Close($"a new session of the same key took {old.Place} over");
            await old.DisposeAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<bool> AnswersAsync(ILeaseHolder holder, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ProbeTime, time ?? TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        Task<bool> probe = holder.ProbeAsync(either.Token).AsTask();
        try
        {
            return await probe.WaitAsync(either.Token).ConfigureAwait(false); // a probe that ignores its token must not hold the place
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
        catch (Exception e) when (e is TunnelException or IOException or ObjectDisposedException)
        {
            return false; // it broke while it was asked: dead
        }
    }

    private ReverseLease Register(string fingerprint, ILeaseHolder holder, IStreamListener listener, Destination asked)
    {
        // The name that was asked for ("" or "localhost") says more about what is taken than the address of one of its sockets.
        Destination place = (asked, listener.BoundAt) switch
        {
            (TcpDestination a, TcpDestination b) => a with { Port = b.Port },
            _ => asked,
        };
        var lease = new ReverseLease(this, place, fingerprint, holder, listener);
        lock (_gate) _leases.Add(lease);
        return lease;
    }

    private void Begin(Destination at, string fingerprint)
    {
        lock (_gate)
        {
            int pending = _pending.GetValueOrDefault(fingerprint);
            if (_leases.Count(l => l.Fingerprint == fingerprint) + pending >= mostPerKey)
                throw new TunnelException(TunnelError.ResourceShortage, $"reverse listener {at}: expected at most {mostPerKey} of one key");
            _pending[fingerprint] = pending + 1;
        }
    }

    private void End(string fingerprint)
    {
        lock (_gate)
        {
            if (--_pending[fingerprint] == 0) _pending.Remove(fingerprint);
        }
    }

    private Turn TakeTurn(string gate)
    {
        lock (_gate)
        {
            if (!_turns.TryGetValue(gate, out Turn? turn)) _turns.Add(gate, turn = new Turn(gate));
            turn.Users++;
            return turn;
        }
    }

    private void GiveTurn(Turn turn)
    {
        lock (_gate)
        {
            if (--turn.Users == 0) _turns.Remove(turn.Gate);
        }
    }

    private static TunnelException InUse(Destination at, string why) => new(TunnelError.AddressInUse, $"reverse listener {at}: {why}");

    private sealed class Turn(string gate)
    {
        public string Gate { get; } = gate;

        public SemaphoreSlim Free { get; } = new(1, 1);

        public int Users { get; set; }
    }
}
