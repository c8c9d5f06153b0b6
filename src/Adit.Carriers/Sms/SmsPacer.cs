namespace Adit.Carriers.Sms;

/// <summary>
/// How fast a centre is asked to take messages: a token bucket and a window. When it says that it is too fast, half the rate and a pause of 1 s, which doubles to 60 s while it goes on saying so;
/// then the rate grows back: quickly to nine tenths of where it was refused, and from there by a hundredth a second. Sans I/O; times in microseconds.
/// </summary>
/// <param name="rate">Messages a second at most.</param>
/// <param name="window">Unanswered messages at most.</param>
/// <param name="timeScale">How many times faster than the world.</param>
public sealed class SmsPacer(double rate, int window, double timeScale = 1)
{
    private const double Second = 1_000_000;
    private const double LongestPause = 60;
    private readonly double _most = rate * timeScale;
    private double _ceiling = rate * timeScale;
    private double _tokens = 1;
    private double _pause = 1;
    private long _at = long.MinValue;
    private long _pausedUntil = long.MinValue;

    /// <summary>Messages a second now.</summary>
    public double Rate { get; private set; } = rate * timeScale;

    /// <summary>Messages that wait for an answer.</summary>
    public int Outstanding { get; private set; }

    /// <summary>Times that the centre said it was too fast.</summary>
    public long Throttles { get; private set; }

    /// <summary>How long until another message may go: 0 for now, <see cref="long.MaxValue"/> while the window is full.</summary>
    public long Wait(long now)
    {
        Refill(now);
        if (Outstanding >= window) return long.MaxValue;
        if (now < _pausedUntil) return _pausedUntil - now;
        return _tokens >= 1 ? 0 : (long)Math.Ceiling((1 - _tokens) / Rate * Second);
    }

    /// <summary>One went.</summary>
    public void Sent(long now)
    {
        Refill(now);
        _tokens -= 1;
        Outstanding++;
    }

    /// <summary>One was answered, or is given up.</summary>
    /// <param name="taken">Whether the centre took it.</param>
    public void Answered(bool taken)
    {
        Outstanding--;
        if (taken) _pause = 1;
    }

    /// <summary>One was refused since it came too fast.</summary>
    public void Throttled(long now)
    {
        Outstanding--;
        Throttles++;
        // Those that were on their way already when the first was refused say nothing new.
        if (now < _pausedUntil) return;
        _ceiling = Math.Min(_most, Rate * 0.9);
        Rate = Math.Max(Rate / 2, Math.Min(_most, 0.05 * timeScale));
        _tokens = 0;
        _pausedUntil = now + (long)(_pause * Second / timeScale);
        _pause = Math.Min(2 * _pause, LongestPause);
    }

    private void Refill(long now)
    {
        if (_at == long.MinValue) _at = now;
        double passed = Math.Max(0, now - _at) / Second;
        _at = Math.Max(_at, now);
        if (now < _pausedUntil) return;
        if (Rate < _most)
        {
            double scaled = passed * timeScale;
            if (Rate < _ceiling) Rate = Math.Min(_ceiling, Rate + (_ceiling * scaled / 4));
            else Rate = Math.Min(_most, Rate + (_most * 0.01 * scaled));
        }

        // Two messages may go together, or a tenth of a second's: a centre counts by the second, and a busy machine wakes late.
        _tokens = Math.Min(Math.Max(2, Rate / 10), _tokens + (passed * Rate));
    }
}
