namespace Adit.Gateway.Admission;

/// <summary>The time one connection has for logging in. Owned by the connection.</summary>
public sealed class LoginGrace : IDisposable
{
    private readonly CancellationTokenSource _expired = new();
    private readonly ITimer? _timer;
    private int _state; // 0 running, 1 logged in, 2 expired

    /// <summary>Starts it.</summary>
    /// <param name="length">How long; zero is no limit.</param>
    /// <param name="time">The clock; the system's if null.</param>
    public LoginGrace(TimeSpan length, TimeProvider? time = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, TimeSpan.Zero);
        Expired = _expired.Token;
        if (length > TimeSpan.Zero) _timer = (time ?? TimeProvider.System).CreateTimer(static g => ((LoginGrace)g!).Expire(), this, length, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when the time is over and nobody logged in.</summary>
    public CancellationToken Expired { get; }

    /// <summary>Whether the time ran out.</summary>
    public bool HasExpired => Volatile.Read(ref _state) == 2;

    /// <summary>Stops the clock.</summary>
    /// <returns>False if the time was over before.</returns>
    public bool LoggedIn()
    {
        bool inTime = Interlocked.CompareExchange(ref _state, 1, 0) != 2;
        _timer?.Dispose();
        return inTime;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Interlocked.CompareExchange(ref _state, 1, 0);
        _timer?.Dispose();
        _expired.Dispose();
    }

    private void Expire()
    {
        if (Interlocked.CompareExchange(ref _state, 2, 0) != 0) return;
        try
        {
            _expired.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The connection ended at the same moment.
        }
    }
}
