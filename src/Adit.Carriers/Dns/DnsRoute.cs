using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>One domain through one resolver: how names are written there, and the windows of its outstanding queries. Touched under the mailbox's lock.</summary>
internal sealed class DnsRoute
{
    private readonly DnsSlot[] _slots;
    private readonly DnsSlot[] _jumboSlots;
    private readonly bool _mayJumbo;
    private int _jumboFailures;
    private long _jumboFailedAt = long.MinValue;
    private int _jumboAnswers;

    /// <summary>Makes a route.</summary>
    /// <param name="link">The resolver.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="shape">What a probe found.</param>
    /// <param name="rate">Queries a second at most; 0 for no limit.</param>
    /// <param name="window">Queries outstanding at most.</param>
    /// <param name="mayJumbo">Whether large answers are wanted, though the probe may have found none.</param>
    public DnsRoute(DnsLink link, DnsDomainName domain, DnsShape shape, double rate, int window, bool mayJumbo = false)
    {
        (Link, Domain, Shape, Best, _mayJumbo) = (link, domain, shape, shape, mayJumbo);
        if (IsLacking) Health.Hope();
        var shared = new DnsSendRate(rate);
        Window = new DnsSlotWindow(new DnsSlotWindowOptions { Maximum = window, Initial = Math.Min(8, window), Minimum = Math.Min(2, window) }, shared);
        JumboWindow = new DnsSlotWindow(
            new DnsSlotWindowOptions { Maximum = MostJumbo, Initial = 4, DelayFactor = 4, DelayAllowance = 200_000, FailureShare = 0.1, MinimumTimeout = 2_000_000, MaximumTimeout = 10_000_000 },
            shared);
        _slots = Make(Window, window, false);
        _jumboSlots = Make(JumboWindow, MostJumbo, true);
        Adopt(domain, shape);
    }

    /// <summary>Ours: jumbo queries at once; resolvers take about that many on a connection.</summary>
    private const int MostJumbo = 16;

    /// <summary>Ours: times in a row that large answers did not come, after which it is done without them.</summary>
    private const int MostJumboFailures = 2;

    /// <summary>Ours: large answers after which they are trusted as much as at first.</summary>
    private const int EnoughJumbo = 64;

    /// <summary>Ours: refusals in a row before it is asked more slowly.</summary>
    private const int Patient = 16;

    public DnsLink Link { get; }

    public DnsDomainName Domain { get; private set; }

    public DnsShape Shape { get; private set; }

    /// <summary>The best shape that it ever had.</summary>
    public DnsShape Best { get; private set; }

    public DnsRouteHealth Health { get; } = new();

    /// <summary>Whether it is being probed.</summary>
    public bool IsProbing { get; set; }

    /// <summary>Whether nothing else is sent meanwhile.</summary>
    public bool IsPaused { get; set; }

    public DnsSlotWindow Window { get; }

    public DnsSlotWindow JumboWindow { get; }

    public int Upstream { get; private set; }

    public int Downstream { get; private set; }

    public bool CanJumbo { get; set; }

    /// <summary>When an answer came last, in microseconds.</summary>
    public long LastHeard { get; set; }

    /// <summary>When a query left that was not answered since; <see cref="long.MaxValue"/> for none.</summary>
    public long UnansweredSince { get; set; } = long.MaxValue;

    /// <summary>Queries without one good answer between.</summary>
    public int FailuresInRow { get; set; }

    /// <summary>When it is tried again, once it is left; 0 while it is in use.</summary>
    public long RetryAt { get; set; }

    /// <summary>When it may be asked again after refusals, which come at once and would be asked for as fast again.</summary>
    public long QuietUntil { get; private set; }

    /// <summary>Whether it carries less than it did once, or has no large answers where those are wanted.</summary>
    public bool IsLacking => Shape.IsWorseThan(Best, Domain) || (_mayJumbo && Shape.Jumbo == 0);

    /// <summary>A large answer did not come, or a refusal in its place.</summary>
    /// <param name="sentAt">When it was asked for. What was asked before the last failure was known counts with that: a resolver to which something is too much drops all of it.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether it is time to do without them.</returns>
    public bool OnJumboFailed(long sentAt, long now)
    {
        if (sentAt > _jumboFailedAt) (_jumboFailures, _jumboFailedAt) = (_jumboFailures + 1, now);
        return _jumboFailures >= MostJumboFailures;
    }

    /// <summary>A large answer came.</summary>
    public void OnJumboAnswered()
    {
        _jumboFailures = 0;
        if (++_jumboAnswers == EnoughJumbo) Health.Trust();
    }

    /// <summary>One more query came to nothing at once.</summary>
    public void OnRefused(long now)
    {
        if (++FailuresInRow > Patient) QuietUntil = now + Math.Min(1_000_000, 10_000L << Math.Min(7, (FailuresInRow - Patient) / 4));
    }

    /// <summary>Whether it is neither left, nor quiet, nor paused.</summary>
    public bool IsOpen(long now) => RetryAt <= now && QuietUntil <= now && !IsPaused;

    /// <summary>Whether it fails, and a probe found no other way: the fault is not the shape's.</summary>
    public bool WasProbedInVain { get; set; }

    /// <summary>What a probe's finding means for it. Beside what is sent a probe may lose some of its own questions: what passes is not given up for that, large answers aside, which tell for themselves.</summary>
    /// <param name="domain">Below which it was found.</param>
    /// <param name="shape">What was found.</param>
    /// <returns>What is to be adopted.</returns>
    public (DnsDomainName Domain, DnsShape Shape) Judge(DnsDomainName domain, DnsShape shape) =>
        IsPaused || !shape.CarriesLessThan(Shape, domain) ? (domain, shape) : (Domain, Shape with { Jumbo = shape.Jumbo });

    /// <summary>From here on names are written so.</summary>
    public void Adopt(DnsDomainName domain, DnsShape shape)
    {
        (Domain, Shape) = (domain, shape);
        Upstream = shape.Upstream(domain);
        Downstream = shape.Downstream(domain);
        (CanJumbo, FailuresInRow, _jumboFailures, _jumboAnswers) = (shape.Jumbo > 0, 0, 0, 0);
        if (!shape.IsWorseThan(Best, domain)) Best = shape;
    }

    public DnsSlot SlotOf(long ticket, bool isJumbo) => (isJumbo ? _jumboSlots : _slots)[(int)(uint)ticket];

    private DnsSlot[] Make(DnsSlotWindow window, int count, bool isJumbo)
    {
        var slots = new DnsSlot[count];
        for (int i = 0; i < count; i++) slots[i] = new DnsSlot(this, window, isJumbo);
        return slots;
    }
}
