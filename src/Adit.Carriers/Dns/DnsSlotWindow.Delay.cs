namespace Adit.Carriers.Dns;

/// <content>What is known of delays.</content>
public sealed partial class DnsSlotWindow
{
    private long _holdToExpect;
    private long _baseNow = long.MaxValue;
    private long _baseBefore = long.MaxValue;
    private long _baseSince = long.MinValue;
    private long _variation;

    /// <summary>The least delay of the last <see cref="DnsSlotWindowOptions.BaseMemory"/>; 0 before the first.</summary>
    public long BaseDelay => Math.Min(_baseNow, _baseBefore) is var least && least == long.MaxValue ? 0 : least;

    /// <summary>The smoothed delay without holds; 0 before the first.</summary>
    public long RoundTrip { get; private set; }

    /// <summary>After which time a query that is sent now is taken for lost: round trip and four variations (RFC 6298 §2), half as long again for each
    /// timeout in a row, and the longest hold to expect.</summary>
    public long Timeout
    {
        get
        {
            double measured = RoundTrip == 0 ? _options.InitialRoundTrip * 3 : RoundTrip + (4 * _variation);
            measured = Math.Max(measured, _options.MinimumTimeout) * Math.Pow(1.5, Math.Min(8, _timeoutsInRow / Math.Max(1, Window)));
            return (long)Math.Min(measured, _options.MaximumTimeout) + _holdToExpect;
        }
    }

    private void Measure(long delay, long held, long now)
    {
        // A server holds for half as long again after each clean hold.
        if (held > 0) _holdToExpect = Math.Max(_options.InitialHold, (held * 3 / 2) + 50_000);
        if (RoundTrip == 0)
        {
            (RoundTrip, _variation) = (delay, delay / 2);
        }
        else
        {
            _variation += (Math.Abs(RoundTrip - delay) - _variation) / 4;
            RoundTrip += (delay - RoundTrip) / 8;
        }

        if (_baseSince == long.MinValue) _baseSince = now;
        if (now - _baseSince >= _options.BaseMemory / 2) (_baseBefore, _baseNow, _baseSince) = (_baseNow, long.MaxValue, now);
        _baseNow = Math.Min(_baseNow, delay);
    }

    private void ForgetBase(long now) => (_baseBefore, _baseNow, _baseSince) = (long.MaxValue, _roundLeast, now);
}
