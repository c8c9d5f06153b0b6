using Adit.Carriers.Dns;

namespace Adit.Carriers.Tests.Dns;

/// <summary>
/// A window, and behind it a resolver and a server that holds queries when it has nothing to say, on a clock that jumps from event to event: everything follows from the seed.
/// </summary>
internal sealed class SimulatedResolver(DnsSlotWindowOptions options, int seed = 1)
{
    private readonly PriorityQueue<Event, (long At, long Order)> _events = new();
    private readonly Random _random = new(seed);
    private readonly List<(long Ticket, long ArrivedAt, long Until)> _held = [];
    private readonly HashSet<long> _open = [];
    private readonly DnsHoldTime _hold = new();
    private readonly long[] _expired = new long[16];
    private long _order;
    private long _busyUntil;
    private double _tokens = 20;
    private long _tokensAt;

    public DnsSlotWindow Window { get; } = new(options);

    public ResolverConditions Conditions { get; set; } = new();

    public long Now { get; private set; }

    /// <summary>Answers' worth of data that the server has; int.MaxValue never ends.</summary>
    public int Backlog { get; set; } = int.MaxValue;

    /// <summary>What names are asked for, by their number.</summary>
    public Func<int, DnsNameRounds> Names { get; set; } = _ => DnsNameRounds.One;

    public int Sent { get; private set; }

    public int Delivered { get; private set; }

    public int Empty { get; private set; }

    public int Failures { get; private set; }

    public long DelaySum { get; private set; }

    public int MostOutstanding { get; private set; }

    public double WindowSeconds { get; private set; }

    /// <summary>Runs for a time.</summary>
    public void Run(long time)
    {
        long until = Now + time;
        Send();
        while (true)
        {
            long next = _events.TryPeek(out _, out (long At, long) when) ? when.At : long.MaxValue;
            next = Math.Min(next, Window.Deadline);
            if (_held.Count > 0) next = Math.Min(next, _held[0].Until);
            if (options.MaximumRate > 0) next = Math.Min(next, Math.Max(Now + 1, Window.NextSend(Now)));
            if (next > until) break;
            WindowSeconds += Window.Window * (Math.Max(next, Now) - Now) / 1e6;
            Now = Math.Max(next, Now);
            while (_events.TryPeek(out _, out when) && when.At <= Now) Happen(_events.Dequeue());
            while (_held.Count > 0 && _held[0].Until <= Now) AnswerHeld();
            int expired = Window.Expire(Now, _expired);
            Failures += expired;
            Send();
        }

        WindowSeconds += Window.Window * (until - Now) / 1e6;
        Now = until;
    }

    public void ClearCounts() => (Sent, Delivered, Empty, Failures, DelaySum, MostOutstanding, WindowSeconds) = (0, 0, 0, 0, 0, 0, 0);

    /// <summary>More data come to the server, which answers what it holds.</summary>
    public void AddBacklog(int answers)
    {
        Backlog += answers;
        while (_held.Count > 0 && Backlog > 0) AnswerHeld();
    }

    private void Send()
    {
        while (Window.CanSend(0, Backlog, Now))
        {
            DnsNameRounds rounds = Names(Sent);
            long ticket = Window.OnSent(Now, rounds);
            _open.Add(ticket);
            Sent++;
            MostOutstanding = Math.Max(MostOutstanding, Window.Outstanding);
            if (!IsLost()) Later(Conditions.NearDelay, new Event(Step.AtResolver, ticket, Now, 0, rounds));
        }
    }

    private void Happen(Event e)
    {
        switch (e.Step)
        {
            case Step.AtResolver when !Admit():
                if (Conditions.SaysRefused && !IsLost()) Later(Conditions.NearDelay, e with { Step = Step.RefusedAtClient });
                break;
            case Step.AtResolver:
                long wait = 0;
                if (Conditions.Capacity > 0)
                {
                    _busyUntil = Math.Max(_busyUntil, Now) + (long)(1e6 / Conditions.Capacity);
                    wait = _busyUntil - Now;
                }

                // A half name that is asked for already is asked once.
                if (e.Rounds == DnsNameRounds.Two && _random.NextDouble() >= Conditions.Shortcuts) wait += 2 * Conditions.FarDelay;
                else if (e.Rounds == DnsNameRounds.Either) wait += _random.NextInt64(2 * Conditions.FarDelay);
                // The resolver asks again for what is lost on the far side.
                while (!Conditions.IsCut && (IsLost() || IsLost())) wait += Conditions.Retry;
                Later(wait + Conditions.FarDelay, e with { Step = Step.AtServer });
                break;
            case Step.AtServer when Backlog > 0:
                Answer(e);
                break;
            case Step.AtServer:
                _held.Add((e.Ticket, Now, Now + _hold.Current));
                break;
            case Step.RefusedAtClient:
                if (!_open.Remove(e.Ticket)) break;
                Failures++;
                Window.OnFailed(e.Ticket, Now, DnsSlotFailure.Refused);
                break;
            default:
                if (e.Held < 0) Empty++;
                else Delivered++;
                DelaySum += Now - e.SentAt;
                Window.OnAnswered(e.Ticket, Now, Math.Abs(e.Held));
                break;
        }
    }

    private void AnswerHeld()
    {
        (long ticket, long arrived, _) = _held[0];
        _held.RemoveAt(0);
        bool isData = Backlog > 0;
        if (isData) Backlog--;
        long held = Now - arrived;
        if (!isData) _hold.OnClean(held);
        if (!IsLost()) Later(Conditions.FarDelay + Conditions.NearDelay, new Event(Step.AtClient, ticket, arrived, isData ? held : -held, DnsNameRounds.One));
    }

    private void Answer(Event e)
    {
        if (Backlog != int.MaxValue) Backlog--;
        if (!IsLost()) Later(Conditions.FarDelay + Conditions.NearDelay, e with { Step = Step.AtClient });
    }

    private bool Admit()
    {
        if (Conditions.RateLimit == 0) return true;
        _tokens = Math.Min(20, _tokens + ((Now - _tokensAt) * Conditions.RateLimit / 1e6));
        _tokensAt = Now;
        if (_tokens < 1) return false;
        _tokens--;
        return true;
    }

    private bool IsLost() => Conditions.IsCut || (Conditions.Loss > 0 && _random.NextDouble() < Conditions.Loss);

    private void Later(long delay, Event e) => _events.Enqueue(e, (Now + delay + (Conditions.Jitter > 0 ? _random.NextInt64(Conditions.Jitter) : 0), _order++));

    private enum Step
    {
        AtResolver,
        AtServer,
        AtClient,
        RefusedAtClient,
    }

    /// <summary>Held is negative for an answer without data.</summary>
    private readonly record struct Event(Step Step, long Ticket, long SentAt, long Held, DnsNameRounds Rounds);
}
