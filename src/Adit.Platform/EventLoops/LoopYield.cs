using System.Runtime.CompilerServices;

namespace Adit.Platform.EventLoops;

/// <summary>The awaitable of <see cref="EventLoop.Yield"/>.</summary>
public readonly struct LoopYield : ICriticalNotifyCompletion
{
    /// <summary>Never complete at once.</summary>
    public bool IsCompleted => false;

    /// <summary>This.</summary>
    public LoopYield GetAwaiter() => this;

    /// <summary>Nothing to get.</summary>
    public void GetResult()
    {
    }

    /// <inheritdoc/>
    public void OnCompleted(Action continuation) => UnsafeOnCompleted(continuation);

    /// <inheritdoc/>
    public void UnsafeOnCompleted(Action continuation)
    {
        if (!EventLoop.TryPostHere(continuation)) ThreadPool.UnsafeQueueUserWorkItem(static c => c(), continuation, preferLocal: false);
    }
}
