using System.Threading.Tasks.Sources;

namespace Adit.Platform.Descriptors;

/// <summary>
/// The wait for one direction of a descriptor, used again and again: it allocates nothing. Its owner calls it under its own lock, but for the
/// completion, which a thread of the pool carries out.
/// </summary>
internal sealed class DescriptorWait : IValueTaskSource, IThreadPoolWorkItem
{
    private ManualResetValueTaskSourceCore<bool> _core;
    private CancellationTokenRegistration _registration;
    private Exception? _outcome;
    private volatile bool _taken;

    /// <summary>Whether somebody waits whom nothing has told yet.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>What cancels the wait that is under way.</summary>
    public CancellationToken Token { get; private set; }

    /// <summary>Begins a wait.</summary>
    /// <param name="token">What cancels it.</param>
    /// <exception cref="InvalidOperationException">Another one is under way.</exception>
    public ValueTask Begin(CancellationToken token)
    {
        if (_taken) throw new InvalidOperationException("descriptor: expected one wait for a direction at a time");
        _taken = true;
        _core.Reset();
        _outcome = null;
        Token = token;
        IsWaiting = true;
        return new ValueTask(this, _core.Version);
    }

    /// <summary>What to let go of when the wait ends.</summary>
    public void Hold(CancellationTokenRegistration registration)
    {
        if (IsWaiting) _registration = registration;
        else registration.Unregister();
    }

    /// <summary>The wait came to nothing: it was never handed out.</summary>
    public void Withdraw() => IsWaiting = _taken = false;

    /// <summary>Ends the wait that is under way.</summary>
    /// <param name="outcome">Its failure; null when the descriptor is ready.</param>
    public void End(Exception? outcome)
    {
        IsWaiting = false;
        _outcome = outcome;
        // Does not wait for a callback that runs: that one finds nobody waiting, or a wait of the same token.
        _registration.Unregister();
        _registration = default;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    void IThreadPoolWorkItem.Execute()
    {
        if (_outcome is { } failure) _core.SetException(failure);
        else _core.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token)
    {
        try
        {
            _core.GetResult(token);
        }
        finally
        {
            _taken = false;
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
