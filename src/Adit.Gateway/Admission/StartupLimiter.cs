namespace Adit.Gateway.Admission;

/// <summary>
/// Counts connections that are not logged in yet, and refuses new ones at random before it refuses all (random early drop), so that a flood of
/// half-open connections does not keep every honest one out. Pure but for its count; safe for use by many threads.
/// </summary>
/// <param name="limits">The limits.</param>
/// <param name="random">The chance of being refused; <see cref="Random.Shared"/> if null. Used under a lock.</param>
public sealed class StartupLimiter(StartupLimits limits, Random? random = null)
{
    private readonly Lock _gate = new();
    private readonly Random _random = random ?? Random.Shared;
    private int _pending;

    /// <summary>Connections that are not logged in yet.</summary>
    public int Pending
    {
        get
        {
            lock (_gate) return _pending;
        }
    }

    /// <summary>Lets one more connection begin, or does not. Each that begins must <see cref="Leave"/> once.</summary>
    public bool TryEnter()
    {
        lock (_gate)
        {
            if (IsDropped()) return false;
            _pending++;
            return true;
        }
    }

    /// <summary>One connection is logged in, or gone.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            if (_pending == 0) throw new InvalidOperationException("more connections left than entered");
            _pending--;
        }
    }

    // sshd_config(5), MaxStartups: the probability grows linearly from rate at start to 100 at full.
    private bool IsDropped()
    {
        if (_pending < limits.Start) return false;
        if (_pending >= limits.Full || limits.Rate == 100) return true;
        double percent = limits.Rate + ((100.0 - limits.Rate) * (_pending - limits.Start) / (limits.Full - limits.Start));
        return _random.NextDouble() * 100 < percent;
    }
}
