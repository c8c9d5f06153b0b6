using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;

namespace Adit.Platform.EventLoops;

/// <summary>An auto-reset event for one waiter that allocates nothing. Setting it before the wait makes the wait complete at once; many sets are one.</summary>
public sealed class Wakeup : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int Set = 1;
    private const int Waiting = 2;

    private readonly bool _inline;
    private ManualResetValueTaskSourceCore<bool> _core;
    private int _state;

    /// <summary>Makes one that is not set.</summary>
    /// <param name="inline">Whether the waiter goes on upon the thread that sets: it must be brief. Else it goes on in the thread pool.</param>
    public Wakeup(bool inline) => _inline = inline;

    /// <summary>Waits for a signal, or takes one that came already.</summary>
    public ValueTask WaitAsync()
    {
        _core.Reset();
        int before = Interlocked.CompareExchange(ref _state, Waiting, Idle);
        if (before == Idle) return new ValueTask(this, _core.Version);
        // With a full fence: the waiter's look at its queues must not pass this write, or a signal in between would be lost.
        Interlocked.Exchange(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    /// <summary>Waits for a signal, or takes one that came already.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        using (cancellationToken.UnsafeRegister(static wakeup => ((Wakeup)wakeup!).Signal(), this)) await WaitAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Lets the waiter go on, or the next wait complete at once.</summary>
    public void Signal() => Signal(_inline);

    /// <summary>As <see cref="Signal()"/>.</summary>
    /// <param name="inline">Whether this thread goes on as the waiter: it must hold no lock.</param>
    public void Signal(bool inline)
    {
        // A set that finds a set one needs no more than a look: the waiter has not looked yet.
        if (Interlocked.Exchange(ref _state, Set) == Waiting)
        {
            Interlocked.Exchange(ref _state, Idle);
            // Queued as itself: that the core queues its continuation would cost an object each time.
            if (inline) _core.SetResult(true);
            else ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
        }
    }

    void IThreadPoolWorkItem.Execute() => _core.SetResult(true);

    void IValueTaskSource.GetResult(short token) => _core.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _core.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
