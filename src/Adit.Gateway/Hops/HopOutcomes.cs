using Adit.Core.Hops;
using Adit.Gateway.Status;

namespace Adit.Gateway.Hops;

/// <summary>What dials through a chain told of its hops. Safe for use by many threads; bounded by the number of hops.</summary>
/// <param name="count">The number of hops.</param>
internal sealed class HopOutcomes(int count)
{
    private readonly Lock _lock = new();
    private readonly long[] _failures = new long[count];
    private readonly string?[] _problems = new string?[count];
    private int _failedAt = -1;
    private DateTimeOffset? _last;
    private DateTimeOffset? _firstUse;

    /// <summary>A dial went through all hops.</summary>
    public void Succeeded()
    {
        lock (_lock)
        {
            _failedAt = -1;
            _last = DateTimeOffset.UtcNow;
            _firstUse ??= _last;
        }
    }

    /// <summary>A dial ended.</summary>
    /// <param name="hop">At this hop; -1 behind all of them.</param>
    /// <param name="why">Why.</param>
    public void Failed(int hop, string why)
    {
        lock (_lock)
        {
            _last = DateTimeOffset.UtcNow;
            _firstUse ??= _last;
            _failedAt = hop;
            if (hop < 0) return;
            _failures[hop]++;
            _problems[hop] = why;
        }
    }

    /// <summary>How a hop does.</summary>
    public HopStatus Of(int index, HopUri hop)
    {
        lock (_lock)
        {
            string state = _last is null || (_failedAt >= 0 && index > _failedAt) ? "idle" : index == _failedAt ? "failed" : "used";
            return new HopStatus { Hop = hop.ToString(), State = state, Since = state == "idle" ? null : state == "failed" ? _last : _firstUse, Failures = _failures[index], Problem = _problems[index] };
        }
    }
}
