using Adit.Core.Mailboxes;

namespace Adit.Core.Lifeline;

/// <summary>
/// A client's session, kept alive over carriers in the order in which they are wanted: the best that works carries the stream, the next one is kept warm, a lost one is opened again, and when a better one returns
/// the stream moves back. One keeper a session; it ends with the stream, which belongs to whoever asked for it.
/// </summary>
/// <remarks>
/// Theory of operation: all carriers are tried in parallel, each a little later than the one before, so that the best wins where several work; a handshake that is given up leaves nothing at the server. From then
/// on one loop looks at all of them when a path has ended, and once a second. Where paths are cut again and again after the same time or amount, the next is replaced before that (<see cref="PathWear"/>); so is one
/// whose carrier has found something better. What carries the stream is told to the server path by path; what was on its way on a lost path goes again by another.
/// </remarks>
public sealed partial class LifelineKeeper
{
    // Ours: how much later each carrier is tried than the one before it, and those that cost money.
    private static readonly TimeSpan Stagger = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CloseLook = TimeSpan.FromMilliseconds(20);

    // Ours: octets of the stream that a path must have brought further, or how long it must have lived, to be opened again at once; and how long a replaced one stays for what is on its way.
    private const long Progress = 64 * 1024;
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(1);

    // Ours: how long one attempt to open a carrier may take (which may have several ways to try), how long the handshake of a further path, and how long a path must have been there before it pushes others aside.
    private static readonly TimeSpan OpeningPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DearPatience = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Trial = TimeSpan.FromSeconds(3);

    // Ours: a path with so many timeouts in a row, and silent for so long, is given up and opened anew.
    private const int DeadTimeouts = 5;
    private static readonly TimeSpan DeadSilence = TimeSpan.FromSeconds(10);
    private const int Suspect = 3;
    private const int Kept = 2;

    private readonly Lane[] _lanes;
    private readonly CarrierKey? _key;
    private readonly LifelineOptions _options;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private CancellationToken _over;
    private TaskCompletionSource _look = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private LifelineClient? _client;
    private Lane? _active;
    private bool _isKnown;

    /// <summary>Makes a keeper; nothing is opened yet.</summary>
    /// <param name="dialers">The carriers, the best first; one or more.</param>
    /// <param name="key">The carrier key, for all of them; null for keys that are agreed on.</param>
    /// <param name="options">How the session behaves; null for the defaults.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public LifelineKeeper(IReadOnlyList<IMailboxDialer> dialers, CarrierKey? key, LifelineOptions? options = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(dialers);
        ArgumentOutOfRangeException.ThrowIfZero(dialers.Count, nameof(dialers));
        _lanes = [.. dialers.Select(d => new Lane(d))];
        (_key, _options, _time) = (key, options ?? new LifelineOptions(), time ?? TimeProvider.System);
    }

    /// <summary>Called, outside locks, when the stream goes by another carrier: its name, and that of the one before, null at first.</summary>
    public event Action<string, string?>? Moved;

    /// <summary>Called, outside locks, when a carrier was lost or could not be opened: its name, and why.</summary>
    public event Action<string, string>? Lost;

    /// <summary>How often the stream moved from one carrier to another.</summary>
    public int Moves { get; private set; }

    /// <summary>The carriers of this moment, in their order.</summary>
    public IReadOnlyList<LifelineRoute> Routes
    {
        get
        {
            lock (_gate) return [.. _lanes.Select(l => new LifelineRoute(l.Dialer.Name, l.State, l.Path is { } path ? TimeSpan.FromMicroseconds(path.RoundTrip) : null, l.Problem))];
        }
    }

    /// <summary>Makes the session over the best carrier that answers.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The stream, which the caller owns.</returns>
    /// <exception cref="TunnelException">None of the carriers works: what the first of them said.</exception>
    public async Task<LifelineStream> ConnectAsync(CancellationToken cancellationToken = default)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var attempts = new List<Task<LifelineClient>>();
        var owners = new List<Lane>();
        Lane[] order = [.. _lanes.Where(l => !l.Dialer.IsDear), .. _lanes.Where(l => l.Dialer.IsDear)];
        int next = 0;
        Exception? first = null;
        (Exception Failure, int Index)? best = null;
        while (_client is null)
        {
            bool mayStart = next < order.Length && (!order[next].Dialer.IsDear || attempts.Count == 0);
            if (mayStart)
            {
                Lane lane = order[next++];
                lane.State = LifelineRouteState.Opening;
                owners.Add(lane);
                attempts.Add(Task.Run(() => FirstAsync(lane, giveUp.Token), CancellationToken.None));
            }

            if (attempts.Count == 0 && next == order.Length) throw best?.Failure ?? first ?? new TunnelException(TunnelError.ConnectionLost, "lifeline: no carrier");
            bool more = next < order.Length && !order[next].Dialer.IsDear;
            Task any = Task.WhenAny(attempts);
            if (more) await Task.WhenAny(any, Task.Delay(Stagger, _time, CancellationToken.None)).ConfigureAwait(false);
            else await any.ConfigureAwait(false);
            for (int i = attempts.Count - 1; i >= 0; i--)
            {
                if (!attempts[i].IsCompleted) continue;
                (Task<LifelineClient> attempt, Lane lane) = (attempts[i], owners[i]);
                attempts.RemoveAt(i);
                owners.RemoveAt(i);
                if (attempt.IsCompletedSuccessfully)
                {
                    if (_client is null) Begin(lane, attempt.Result);
                    else await attempt.Result.DisposeAsync().ConfigureAwait(false);
                    continue;
                }

                Exception failure = attempt.Exception?.InnerException ?? new OperationCanceledException(cancellationToken);
                int index = Array.IndexOf(_lanes, lane);
                if (best is null || index < best.Value.Index) best = (failure, index);
                Fail(lane, failure);
            }

            if (_client is not null || !cancellationToken.IsCancellationRequested) continue;
            for (int i = 0; i < attempts.Count; i++) _ = LeaveAsync(attempts[i], owners[i]);
            cancellationToken.ThrowIfCancellationRequested();
        }

        await giveUp.CancelAsync().ConfigureAwait(false);
        for (int i = 0; i < attempts.Count; i++) _ = LeaveAsync(attempts[i], owners[i]);
        _client.Stream.PathEnded += OnPathEnded;
        _ = Task.Run(KeepAsync, CancellationToken.None);
        return _client.Stream;
    }

    private async Task<LifelineClient> FirstAsync(Lane lane, CancellationToken cancellationToken)
    {
        IMailbox mailbox = await lane.Dialer.OpenAsync(cancellationToken).ConfigureAwait(false);
        lane.Mailbox = mailbox;
        return await LifelineClient.ConnectAsync(mailbox, _key, _options, _time, cancellationToken).ConfigureAwait(false);
    }

    private void Begin(Lane lane, LifelineClient client)
    {
        lock (_gate)
        {
            _client = client;
            lane.Up(client.First, lane.Mailbox!, _time.GetTimestamp(), client.Stream.Progress);
            lane.State = LifelineRouteState.Active;
            _active = lane;
        }

        Moved?.Invoke(lane.Dialer.Name, null);
    }

    /// <summary>An attempt that came too late: it may be tried again as a further path.</summary>
    private async Task LeaveAsync(Task<LifelineClient> attempt, Lane lane)
    {
        try
        {
            await (await attempt.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is TunnelException or OperationCanceledException or IOException)
        {
            // Given up.
        }

        lock (_gate) lane.State = LifelineRouteState.Idle;
        Signal();
    }

    private async Task KeepAsync()
    {
        using var over = new CancellationTokenSource();
        _over = over.Token;
        LifelineStream stream = _client!.Stream;
        while (!stream.Ended.IsCompleted)
        {
            TaskCompletionSource look;
            lock (_gate) look = _look = new(TaskCreationOptions.RunContinuationsAsynchronously);
            NoteEnded();
            Review();
            await Task.WhenAny(look.Task, Task.Delay(LookAgain(), _time), stream.Ended).ConfigureAwait(false);
        }

        await over.CancelAsync().ConfigureAwait(false);
    }

    /// <summary>Paths that ended before this keeper had heard of them.</summary>
    private void NoteEnded()
    {
        LifelinePath[] ended;
        lock (_gate) ended = [.. _lanes.Where(l => l.Path is { IsRemoved: true }).Select(l => l.Path!)];
        foreach (LifelinePath path in ended) OnPathEnded(path, null);
    }

    private TimeSpan LookAgain()
    {
        if (!_isKnown) return FirstLook;
        lock (_gate)
        {
            if (_active?.Path is null || _active.IsReplacing || _time.GetTimestamp() < _active.NextTry) return Look;
            if (_active.Wear.CountsOctets) return CloseLook;
            TimeSpan left = _active.Wear.LongestAge - _time.GetElapsedTime(_active.Since);
            return left >= Look ? Look : left > CloseLook ? left : CloseLook;
        }
    }

    /// <summary>Opens, closes and chooses.</summary>
    private void Review()
    {
        long now = _time.GetTimestamp();
        var drop = new List<LifelinePath>();
        string? moved = null, before = null;
        lock (_gate)
        {
            // Until the server was heard it may not have made the session, and would say of another path that there is none.
            _isKnown |= _lanes.Any(l => l.Path is { IsConfirmed: true }) || _lanes.All(l => l.Path is null);
            int better = 0, settled = 0;
            bool cheap = _lanes.Any(l => l.Path is not null && !l.Dialer.IsDear);
            Lane? best = null, fallback = null;
            foreach (Lane lane in _lanes)
            {
                if (lane.Path is { } path)
                {
                    if (path.Timeouts >= DeadTimeouts && _time.GetElapsedTime(lane.Since, now) > DeadSilence && _client!.Stream.SilenceOf(path) > DeadSilence && !lane.Dialer.IsDear)
                    {
                        lane.IsGivenUp = true;
                        drop.Add(path);
                        continue;
                    }

                    if (settled >= Kept || (lane.Dialer.IsDear && cheap && lane != _active))
                    {
                        lane.IsSpare = true;
                        drop.Add(path);
                        continue;
                    }

                    if (!lane.IsReplacing && path.IsConfirmed && now >= lane.NextTry) Replace(lane, path, now);
                    better++;
                    if (_time.GetElapsedTime(lane.Since, now) > Trial && path.Timeouts < Suspect) settled++;
                    fallback ??= lane;
                    if (path.Timeouts < Suspect && (lane == _active || _active?.Path is null || _active.Path.Timeouts >= Suspect || _time.GetElapsedTime(lane.Since, now) > Trial)) best ??= lane;
                }
                else if (lane.State is not LifelineRouteState.Opening && !lane.IsReplacing)
                {
                    bool wanted = better < Kept && (!lane.Dialer.IsDear || !cheap);
                    if (!wanted) lane.State = LifelineRouteState.Idle;
                    else if (now >= lane.NextTry && _isKnown)
                    {
                        lane.State = LifelineRouteState.Opening;
                        _ = Task.Run(() => OpenAsync(lane));
                    }
                }
            }

            Lane? chosen = best ?? fallback;
            if (chosen is not null && chosen != _active)
            {
                (moved, before) = (chosen.Dialer.Name, _active?.Dialer.Name);
                if (_active is { Path: { } old } past)
                {
                    _client!.Want(old, false);
                    past.State = LifelineRouteState.Warm;
                }

                _client!.Want(chosen.Path!, true);
                _active = chosen;
                Moves++;
            }

            if (chosen is not null) chosen.State = LifelineRouteState.Active;
        }

        foreach (LifelinePath path in drop) _client!.Drop(path);
        if (moved is not null) Moved?.Invoke(moved, before);
    }

    /// <summary>Opens another path in the place of one that works, where there is a reason to. Under the gate.</summary>
    private void Replace(Lane lane, LifelinePath path, long now)
    {
        bool isWorn = lane.Wear.IsDue(lane.LifeOf(path, _time, now), _time.GetElapsedTime(0, now));
        if (!isWorn && !lane.Dialer.MayImprove(lane.Mailbox!)) return;
        lane.IsReplacing = true;
        IMailbox mailbox = lane.Mailbox!;
        _ = Task.Run(() => OpenAsync(lane, async token => isWorn ? await lane.Dialer.OpenAsync(token).ConfigureAwait(false) : await lane.Dialer.ImproveAsync(mailbox, token).ConfigureAwait(false)));
    }

    private Task OpenAsync(Lane lane) => OpenAsync(lane, async token => await lane.Dialer.OpenAsync(token).ConfigureAwait(false));

    private async Task OpenAsync(Lane lane, Func<CancellationToken, Task<IMailbox?>> open)
    {
        LifelinePath? old = null;
        try
        {
            using var opening = new CancellationTokenSource(lane.Dialer.IsDear ? DearPatience : OpeningPatience, _time);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(opening.Token, _over);
            if (await open(limit.Token).ConfigureAwait(false) is { } mailbox)
            {
                using var patience = new CancellationTokenSource(lane.Dialer.IsDear ? DearPatience : Patience, _time);
                using var adding = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _over);
                bool wanted;
                long progress = _client!.Stream.Progress;
                lock (_gate) wanted = _active?.Path is null || _active == lane;
                LifelinePath path = await _client.AddPathAsync(mailbox, wanted, adding.Token).ConfigureAwait(false);
                lock (_gate)
                {
                    old = lane.Path;
                    lane.Up(path, mailbox, _time.GetTimestamp(), progress);
                    if (lane != _active) lane.State = LifelineRouteState.Warm;
                }
            }
        }
        catch (Exception e) when (e is TunnelException or OperationCanceledException or IOException)
        {
            Fail(lane, e is OperationCanceledException ? new TunnelException(TunnelError.TimedOut, $"{lane.Dialer.Name}: no answer in time") : e);
        }

        lock (_gate) lane.IsReplacing = false;
        Signal();
        if (old is null) return;
        _client!.Want(old, false);
        await Task.Delay(Farewell, _time, _over).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Drop(old);
    }

    private void OnPathEnded(LifelinePath path, Exception? reason)
    {
        Lane? lane;
        bool wasSpare = false;
        long progress = _client!.Stream.Progress;
        lock (_gate)
        {
            lane = _lanes.FirstOrDefault(l => l.Path == path);
            if (lane is null) return; // one that was replaced
            long now = _time.GetTimestamp();
            PathWear.Life life = lane.LifeOf(path, _time, now);
            if (!lane.IsSpare && !lane.IsGivenUp) lane.Wear.Note(life, _time.GetElapsedTime(0, now));
            lane.IsGivenUp = false;
            lane.Path = null;
            wasSpare = lane.IsSpare;
            lane.State = wasSpare ? LifelineRouteState.Idle : LifelineRouteState.Down;
            lane.IsSpare = false;
            // One that lived for long, or brought something, is tried again at once.
            if (life.Age > Lasting || progress - lane.Progress > Progress) lane.Pause = TimeSpan.Zero;
            if (!wasSpare) lane.PutOff(_time, FirstPause, LongestPause);
            lane.Problem = wasSpare ? null : reason?.Message ?? "the carrier ended";
        }

        if (!wasSpare && !_client.Stream.Ended.IsCompleted) Lost?.Invoke(lane.Dialer.Name, lane.Problem!);
        Signal();
    }

    private void Fail(Lane lane, Exception failure)
    {
        bool isLost, over;
        lock (_gate)
        {
            // Where it was to take the place of one that works, nothing is lost.
            isLost = lane.Path is null;
            if (isLost) (lane.State, lane.Problem) = (LifelineRouteState.Down, failure.Message);
            lane.PutOff(_time, FirstPause, LongestPause);
            lane.IsSpent = lane.Dialer.IsDear && failure is TunnelException { Error: TunnelError.ResourceShortage };
            over = _client is not null && _lanes.All(l => l.Path is null && l.IsSpent);
        }

        // No path will ever be again: whoever waits for one is told so now.
        if (over) _client!.Stream.Abort(failure.Message);
        if (isLost && failure is TunnelException) Lost?.Invoke(lane.Dialer.Name, failure.Message);
    }

    private void Signal()
    {
        lock (_gate) _look.TrySetResult();
    }
}
