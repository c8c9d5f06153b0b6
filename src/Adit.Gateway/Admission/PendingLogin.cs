namespace Adit.Gateway.Admission;

/// <summary>One connection that is not logged in yet. Owned by the connection; disposing it says that the connection is over.</summary>
public sealed class PendingLogin : IDisposable
{
    private readonly StartupLimiter _startups;
    private readonly SourcePenalties _penalties;
    private readonly Action? _leaving;
    private int _left;

    internal PendingLogin(StartupLimiter startups, SourcePenalties penalties, PenaltySource? source, LoginGrace grace, Action? leaving = null)
    {
        _leaving = leaving;
        _startups = startups;
        _penalties = penalties;
        Source = source;
        Grace = grace;
    }

    /// <summary>Who pays if it goes wrong.</summary>
    public PenaltySource? Source { get; }

    /// <summary>The time that is left.</summary>
    public LoginGrace Grace { get; }

    /// <summary>The login succeeded: the connection counts among the half-open no more.</summary>
    /// <returns>False if the grace time was over before.</returns>
    public bool Succeeded()
    {
        bool inTime = Grace.LoggedIn();
        Leave();
        return inTime;
    }

    /// <summary>The connection ended without a login: its source pays. After a success, only a crash is paid for.</summary>
    /// <returns>Whether the source is refused from now on.</returns>
    public bool Failed(PenaltyReason reason)
    {
        bool pays = Volatile.Read(ref _left) == 0 || reason == PenaltyReason.Crash;
        Leave();
        return pays && _penalties.Add(Source, reason);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Leave();
        Grace.Dispose();
    }

    private void Leave()
    {
        if (Interlocked.Exchange(ref _left, 1) != 0) return;
        _startups.Leave();
        _leaving?.Invoke();
    }
}
