using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Platform.EventLoops;
using Adit.Wire;
using Adit.Wire.Dns;
using Adit.Wire.Dns.Payload;

namespace Adit.Carriers.Dns;

/// <summary>Lifeline's datagrams to one server, as queries through resolvers; what the server has to say comes as their answers.</summary>
/// <remarks>
/// Theory of operation: each datagram is a query on one of the routes (a domain through a resolver), chosen for where the least part of its window is taken; each answer is a datagram or nothing. There is always one query at
/// the server, which it holds; more are asked for as the server's backlog says, up to an eighth below the window, which is kept for what goes up. A large backlog is fetched by TCP where that passes. A route that answers
/// nothing is left and tried again later; where nearly all fails it is probed anew and its shape changed; when none is left, or nothing but refusals come, the mailbox ends and the lifeline dials anew.
/// </remarks>
internal sealed partial class DnsMailbox : ISlottedMailbox, IDnsAnswerSink
{
    private const long LeaveAfter = 3_000_000; // ours: silence of one route, when others answer
    private const long LateFor = 3_000_000; // ours: how long after its time an answer is still taken
    private const long RetryAfter = 10_000_000;
    private const long EndAfter = 15_000_000; // ours: silence of all
    private const int MostRefusals = 32; // ours: in a row, and no good answer between
    private const int JumboBacklog = 24_000; // ours: octets that wait, from which TCP pays

    /// <summary>Ours: outstanding queries up to which a datagram that does not wait for room is sent all the same.</summary>
    private const int Beyond = 16;

    /// <summary>Ours: symbols of a label that no two outstanding queries share but by an odd chance; they are of the datagram's tag.</summary>
    private const int LeastUnlike = 6;

    /// <summary>Ours: how often deadlines are looked at; all of them are 200 ms or more, but for a rate's.</summary>
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(20), Idle = TimeSpan.FromMilliseconds(100);

    private readonly DnsRoute[] _routes;
    private readonly DnsLink[] _links;
    private readonly Channel<(byte[] Octets, int Length)> _arrived = Channel.CreateBounded<(byte[], int)>(
        new BoundedChannelOptions(1024) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    private readonly Lock _gate = new();
    private readonly Wakeup _room = new(inline: false);
    private readonly ITimer _timer;
    private readonly TimeProvider _time;
    private readonly long _origin;
    private readonly Action _distrust;
    private readonly Probe? _probe;
    private readonly Adopted? _adopted;
    private readonly CancellationTokenSource _stopping = new();
    private readonly byte[] _name = new byte[DnsName.MaximumLength];
    private readonly long[] _expired = new long[DnsSlotWindowOptions.HardMaximum];
    private readonly long _firstAnswerBy;
    private readonly Queue<(DnsLink Link, int Key, long Until)> _late = new();
    private Action? _changed;
    private long _backlog;
    private long _lastHeard;
    private bool _isFirst = true;
    private bool _isDisposed;
    private int _turn;
    private TimeSpan _period = Busy;

    /// <summary>Takes routes that were probed.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="routes">The routes, one at least, which this sinks.</param>
    /// <param name="patience">Microseconds for the first answer, where the shapes are only remembered; then <paramref name="distrust"/> is told.</param>
    /// <param name="distrust">Told when the shapes have proven wrong.</param>
    /// <param name="probe">Finds the shape of a route anew; null: shapes stay as they are.</param>
    /// <param name="time">The clock; null: the system's.</param>
    /// <param name="adopted">Told what a probe changed or confirmed.</param>
    public DnsMailbox(string name, Func<IDnsAnswerSink, IReadOnlyList<DnsRoute>> routes, long patience, Action distrust, Probe? probe = null, TimeProvider? time = null, Adopted? adopted = null)
    {
        (Name, _distrust, _firstAnswerBy, _probe, _time, _adopted) = (name, distrust, patience, probe, time ?? TimeProvider.System, adopted);
        _origin = _time.GetTimestamp();
        _timer = _time.CreateTimer(static self => ((DnsMailbox)self!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _routes = [.. routes(this)];
        _links = [.. _routes.Select(r => r.Link).Distinct()];
        _timer.Change(_period, _period);
    }

    /// <summary>Finds out anew what passes on a route.</summary>
    /// <returns>The domain below which it does, and the shape; null when nothing does.</returns>
    public delegate Task<(DnsDomainName Domain, DnsShape Shape)?> Probe(DnsRoute route, CancellationToken cancellationToken);

    /// <summary>Takes what a route is asked by from now on: the domain in place of the former one, and the shape.</summary>
    public delegate void Adopted(DnsResolver resolver, DnsDomainName former, DnsDomainName domain, DnsShape shape);

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public LifelineProfile Profile => DnsCarrier.ClientProfile;

    /// <inheritdoc/>
    public int SendLimit
    {
        get
        {
            lock (_gate) return (Choose(out _) ?? _routes[0]).Upstream;
        }
    }

    /// <inheritdoc/>
    public bool WantsPoll
    {
        get
        {
            lock (_gate) return !_isDisposed && ChoosePoll(Now, out _) is not null;
        }
    }

    private long Now => (long)_time.GetElapsedTime(_origin).TotalMicroseconds;

    /// <inheritdoc/>
    public void Bind(Action changed) => _changed = changed;

    /// <inheritdoc/>
    public void NoteBacklog(long octets)
    {
        lock (_gate) _backlog = octets;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitForRoomAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            lock (_gate)
            {
                long now = Now;
                if (_isDisposed || ChooseData(now) is not null || ChoosePoll(now, out _) is not null) return;
            }

            await _room.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_isDisposed) return ValueTask.CompletedTask;
            long now = Now;
            DnsRoute route = Choose(out bool isJumbo) ?? _routes[0];
            if (route.Upstream < message.Length) route = Roomy(message.Length);
            if (route.Upstream < message.Length) return ValueTask.CompletedTask; // as if it was lost
            isJumbo &= route.CanJumbo;
            DnsSlotWindow window = isJumbo ? route.JumboWindow : route.Window;
            if (window.Outstanding >= Math.Min(window.Maximum, Math.Max(window.Window, Beyond)) || window.NextSend(now) > now) return ValueTask.CompletedTask;
            int length = DnsPayloadName.Encode(message.Span, route.Shape.Encoding, isJumbo ? DnsAnswerSize.Jumbo : route.Shape.AnswerSize, route.Domain.Octets, _name);
            long ticket = window.OnSent(now, RoundsOf(length, route.Domain));
            DnsSlot slot = route.SlotOf(ticket, isJumbo);
            if (route.UnansweredSince == long.MaxValue) route.UnansweredSince = now;
            (slot.Type, slot.DomainLength, slot.SentAt) = (isJumbo ? DnsType.Txt : route.Shape.Type, route.Domain.EncodedLength, now);
            slot.Key = route.Link.Send(_name.AsSpan(0, length), slot.Type, route.Shape.HasEdns, isJumbo, slot, ticket);
        }

        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReceiveAsync(Memory<byte> room, CancellationToken cancellationToken = default)
    {
        while (await _arrived.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!_arrived.Reader.TryRead(out (byte[] Octets, int Length) next)) continue;
            next.Octets.AsSpan(0, next.Length).CopyTo(room.Span);
            ArrayPool<byte>.Shared.Return(next.Octets);
            return next.Length;
        }

        return 0;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            Rouse();
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        _arrived.Writer.TryComplete();
        foreach (DnsLink link in _links) await link.DisposeAsync().ConfigureAwait(false);
    }

    public void OnAnswer(object context, long ticket, in DnsMessage message, bool isStream)
    {
        var slot = (DnsSlot)context;
        DnsRoute route = slot.Route;
        byte[] octets = ArrayPool<byte>.Shared.Rent(Math.Max(DnsName.MaximumLength, message.Octets.Length));
        int length = ReadPayload(message, slot.Type, slot.DomainLength, octets);
        bool isTruncated = (message.Header.Flags & DnsFlags.Truncated) != 0;
        bool keeps = false;
        lock (_gate)
        {
            if (_isDisposed) return;
            long now = Now;
            if (length >= DnsHeldTime.Length)
            {
                slot.Window.OnAnswered(ticket, now, DnsHeldTime.Decode(octets[0]));
                if (!slot.IsJumbo) route.Health.OnAnswered(now);
                route.LastHeard = _lastHeard = now;
                (route.FailuresInRow, route.UnansweredSince, route.RetryAt, route.WasProbedInVain) = (0, long.MaxValue, 0, false);
                if (slot.IsJumbo) route.OnJumboAnswered();
                _isFirst = false;
                keeps = length > DnsHeldTime.Length;
            }
            else
            {
                slot.Window.OnFailed(ticket, now, message.Header.ResponseCode == DnsResponseCode.Refused ? DnsSlotFailure.Refused : DnsSlotFailure.ServerFailure);
                if (!slot.IsJumbo) route.Health.OnFailed(now, isHeard: true);
                else if (isTruncated || route.OnJumboFailed(slot.SentAt, now)) LeaveJumbo(route);
                route.OnRefused(now);
                if (route.FailuresInRow >= MostRefusals && _routes.All(r => (r.FailuresInRow >= MostRefusals && (r.WasProbedInVain || _probe is null)) || r.RetryAt > 0))
                    End(TunnelError.ConnectionLost, $"expected answers, got {route.FailuresInRow} times {(isTruncated ? "a cut one" : message.Header.ResponseCode)} in a row", distrusts: true);
            }

            Rouse();
        }

        if (keeps)
        {
            octets.AsSpan(DnsHeldTime.Length, length - DnsHeldTime.Length).CopyTo(octets);
            keeps = _arrived.Writer.TryWrite((octets, length - DnsHeldTime.Length));
        }

        if (!keeps) ArrayPool<byte>.Shared.Return(octets);
        _changed?.Invoke();
    }

    public void OnBroken(DnsLink link, bool isStream)
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            long now = Now;
            foreach (DnsRoute route in _routes.Where(r => r.Link == link))
            {
                if (isStream)
                {
                    if (route.OnJumboFailed(now, now)) LeaveJumbo(route);
                    continue;
                }

                // Nobody listens there: once it can be chance, while it is started anew.
                if (++route.FailuresInRow >= 3 && HasOther(route)) route.RetryAt = now + RetryAfter;
            }

            Rouse();
        }

        _changed?.Invoke();
    }

    /// <summary>Its routes and their windows, for traces.</summary>
    public override string ToString()
    {
        lock (_gate)
        {
            return string.Create(CultureInfo.InvariantCulture, $"{Name}; changed {Changes}") + string.Concat(_routes.Select(r => string.Create(
                CultureInfo.InvariantCulture,
                $"; {r.Link.Resolver} {r.Shape}: window {r.Window.Window}, out {r.Window.Outstanding}, base {r.Window.BaseDelay / 1000} ms, round trip {r.Window.RoundTrip / 1000} ms, shrank {r.Window.Shrinks}, failed {r.Window.Failed}, late {r.Window.Late}, jumbo window {r.JumboWindow.Window}, failed {r.JumboWindow.Failed}{(r.Link.Problem is { } problem ? $", {problem.Message}" : "")}")));
        }
    }

    /// <summary>A resolver that minimises asks for the label next to the domain first. Where that one is so short that others have it too it may be on its way already, and the query takes anything from one round to two.</summary>
    private static DnsNameRounds RoundsOf(int length, DnsDomainName domain)
    {
        int first = length - domain.EncodedLength;
        if (first <= 1 + DnsName.MaximumLabelLength) return DnsNameRounds.One;
        int nearest = ((first - 1) % (1 + DnsName.MaximumLabelLength));
        return nearest < LeastUnlike ? DnsNameRounds.Either : DnsNameRounds.Two;
    }

    private static int ReadPayload(in DnsMessage message, DnsType type, int domainLength, byte[] room)
    {
        if (message.Header.ResponseCode != DnsResponseCode.NoError) return -1;
        foreach (DnsRecord record in message.Records)
        {
            if (record.Section != DnsSection.Answer || record.Type != type) continue;
            return DnsPayloadData.TryDecode(record, domainLength, room, out int length) == DecodeStatus.Ok ? length : -1;
        }

        return -1;
    }

    /// <summary>A route with room for so many octets, or else the one with the most.</summary>
    private DnsRoute Roomy(int length) => _routes.FirstOrDefault(r => r.Upstream >= length && r.RetryAt == 0 && !r.IsPaused) ?? _routes.MaxBy(r => r.Upstream)!;

    private bool HasOther(DnsRoute route) => _routes.Any(r => r != route && r.RetryAt == 0);

    /// <summary>Where the next datagram goes, of whatever kind. Under the gate.</summary>
    private DnsRoute? Choose(out bool isJumbo)
    {
        long now = Now;
        return ChoosePoll(now, out isJumbo) ?? ChooseData(now);
    }

    /// <summary>A route on which one more question should be asked for the server's sake.</summary>
    private DnsRoute? ChoosePoll(long now, out bool isJumbo)
    {
        isJumbo = false;
        DnsRoute? best = null;
        double least = double.MaxValue;
        int outstanding = 0;
        foreach (DnsRoute route in _routes) outstanding += route.Window.Outstanding + route.JumboWindow.Outstanding;
        if (_backlog >= JumboBacklog)
        {
            foreach (DnsRoute route in _routes)
            {
                if (!route.CanJumbo || !route.IsOpen(now)) continue;
                int wanted = (int)Math.Min(route.JumboWindow.Window, (_backlog / route.Shape.Jumbo) + 1);
                double load = (double)route.JumboWindow.Outstanding / Math.Max(1, route.JumboWindow.Window);
                if (load >= least || !route.JumboWindow.CanSend(0, wanted, now)) continue;
                (best, least, isJumbo) = (route, load, true);
            }

            if (best is not null || Array.Exists(_routes, r => r.CanJumbo && r.RetryAt == 0 && !r.IsPaused)) return best;
        }

        foreach (DnsRoute route in _routes)
        {
            if (!route.IsOpen(now)) continue;
            int wanted = (int)Math.Min(int.MaxValue, (_backlog + route.Downstream - 1) / route.Downstream);
            int most = Math.Max(1, route.Window.Window - Math.Max(1, route.Window.Window / 8));
            // One at the server in all; as many as the backlog takes beyond.
            if (outstanding >= Math.Max(1, wanted) || route.Window.Outstanding >= most) continue;
            double load = (double)route.Window.Outstanding / most;
            if (load >= least || !route.Window.CanSend(1, wanted, now)) continue;
            (best, least) = (route, load);
        }

        return best;
    }

    /// <summary>A route that takes a datagram up.</summary>
    private DnsRoute? ChooseData(long now)
    {
        DnsRoute? best = null;
        double least = double.MaxValue;
        for (int i = 0; i < _routes.Length; i++)
        {
            DnsRoute route = _routes[(i + _turn) % _routes.Length];
            if (!route.IsOpen(now) || !route.Window.CanSend(1, 0, now)) continue;
            double load = (double)route.Window.Outstanding / route.Window.Window;
            if (load >= least) continue;
            (best, least) = (route, load);
        }

        _turn++;
        return best;
    }

    private void Rouse() => _room.Signal();

    private void OnTimer()
    {
        bool changed = false;
        List<DnsRoute>? due = null;
        lock (_gate)
        {
            if (_isDisposed) return;
            long now = Now;
            while (_late.TryPeek(out (DnsLink Link, int Key, long Until) late) && late.Until <= now)
            {
                late.Link.Cancel(late.Key);
                _late.Dequeue();
            }

            foreach (DnsRoute route in _routes)
            {
                changed |= Expire(route, route.Window, false, now) | Expire(route, route.JumboWindow, true, now);
                if (route.RetryAt == 0 && route.UnansweredSince < now - LeaveAfter && HasOther(route)) route.RetryAt = now + RetryAfter;
                else if (route.RetryAt > 0 && route.RetryAt <= now) (route.RetryAt, route.UnansweredSince) = (0, now);
                if (MustProbe(route, now)) (due ??= []).Add(route);
            }

            if (_isFirst && _firstAnswerBy > 0 && now > _firstAnswerBy) End(TunnelError.TimedOut, "expected an answer in the way that was remembered, got none", distrusts: true);
            else if (now - _lastHeard > EndAfter && _routes.All(r => r.UnansweredSince < now - EndAfter || r.RetryAt > 0)) End(TunnelError.TimedOut, $"expected an answer, got none for {EndAfter / 1_000_000} s", distrusts: true);
            Rouse();
            changed |= ChoosePoll(now, out _) is not null;
            int outstanding = 0;
            foreach (DnsRoute route in _routes) outstanding += route.Window.Outstanding + route.JumboWindow.Outstanding;
            TimeSpan period = outstanding > 1 ? Busy : Idle;
            if (period != _period) _timer.Change(period, _period = period);
        }

        foreach (DnsRoute route in due ?? []) _ = ProbeAsync(route);
        if (changed) _changed?.Invoke();
    }

    private bool Expire(DnsRoute route, DnsSlotWindow window, bool isJumbo, long now)
    {
        int count = window.Expire(now, _expired);
        // A resolver that asked again itself answers late, and what the server said is no less true.
        for (int i = 0; i < count; i++)
        {
            DnsSlot slot = route.SlotOf(_expired[i], isJumbo);
            _late.Enqueue((route.Link, slot.Key, now + LateFor));
            if (!isJumbo) route.Health.OnFailed(now, isHeard: false);
            else if (route.OnJumboFailed(slot.SentAt, now)) LeaveJumbo(route);
        }

        return count > 0;
    }

    private void End(TunnelError error, string what, bool distrusts)
    {
        if (distrusts) _distrust();
        _arrived.Writer.TryComplete(new TunnelException(error, $"{Name}: {what}"));
    }
}
