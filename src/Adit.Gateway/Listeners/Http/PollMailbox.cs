using System.Net;
using Adit.Carriers.Http.Polls;
using Adit.Wire.Http;

namespace Adit.Gateway.Listeners.Http;

/// <summary>
/// The gateway's end of one client's long-polls. Requests that find nothing to be said are held, oldest first; what is to be said leaves in the oldest of them. Bounded: the batches of a <see cref="HttpPollQueue"/>,
/// <see cref="MostArrived"/> datagrams, <see cref="HttpPolls.Held"/> requests.
/// </summary>
internal sealed class PollMailbox : BatchMailbox
{
    // Ours. A client that nobody knows yet is not held for long, and forgotten soon; one that does not ask for so long is gone.
    private const int MostArrived = 32;
    private static readonly TimeSpan StrangerHold = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StrangerLife = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromSeconds(60);

    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly LinkedList<TaskCompletionSource<ArraySegment<byte>?>> _held = [];
    private readonly ITimer _timer;
    private long _lastAsked;
    private bool _isOver;

    /// <param name="source">Who asked first.</param>
    /// <param name="time">The clock.</param>
    public PollMailbox(IPEndPoint? source, TimeProvider time)
        : base(MostArrived)
    {
        (Source, _time) = (source, time);
        Since = _lastAsked = time.GetTimestamp();
        _timer = time.CreateTimer(static self => ((PollMailbox)self!).Look(), this, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5));
    }

    public override string Name => "long-polls";

    public override IPEndPoint? Source { get; }

    /// <summary>When it was made, by the clock's timestamps.</summary>
    public long Since { get; }

    public override int SendLimit => HttpPollBatch.LongestDatagram;

    /// <summary>Whether the client has proven what it can.</summary>
    public bool IsConfirmed { get; set; }

    /// <summary>Takes a datagram of a request; waits where the engine is behind.</summary>
    /// <returns>False when it is over.</returns>
    public async ValueTask<bool> TakeAsync(ArraySegment<byte> datagram, CancellationToken cancellationToken)
    {
        while (!Arrived.Writer.TryWrite(datagram))
        {
            if (await Arrived.Writer.WaitToWriteAsync(cancellationToken).ConfigureAwait(false)) continue;
            HttpPollQueue.Return(datagram);
            return false;
        }

        return true;
    }

    /// <summary>Holds a request until there is something to say, a later one takes its place, or the time is over.</summary>
    /// <param name="cancellationToken">The request is gone.</param>
    /// <returns>The batch, to be given back, perhaps an empty one; null when it is over.</returns>
    public async Task<ArraySegment<byte>?> HoldAsync(CancellationToken cancellationToken)
    {
        var own = new TaskCompletionSource<ArraySegment<byte>?>(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource<ArraySegment<byte>?>? oldest = null;
        lock (_gate)
        {
            _lastAsked = _time.GetTimestamp();
            if (_isOver) return null;
            _held.AddLast(own);
        }

        OnChanged();
        lock (_gate)
        {
            if (_held.Count > HttpPolls.Held)
            {
                oldest = _held.First!.Value;
                _held.RemoveFirst();
            }
        }

        oldest?.TrySetResult(ArraySegment<byte>.Empty);
        try
        {
            return await own.Task.WaitAsync(IsConfirmed ? HttpPolls.Hold : StrangerHold, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            lock (_gate)
            {
                _lastAsked = _time.GetTimestamp();
                if (_held.Remove(own)) return IsConfirmed ? ArraySegment<byte>.Empty : default(ArraySegment<byte>?);
            }

            return await own.Task.ConfigureAwait(false);
        }
    }

    public override ValueTask DisposeAsync()
    {
        End();
        return ValueTask.CompletedTask;
    }

    /// <summary>Ends it: requests that are held are answered without a word, later ones as a stranger's.</summary>
    public void End()
    {
        TaskCompletionSource<ArraySegment<byte>?>[] held;
        lock (_gate)
        {
            _isOver = true;
            held = [.. _held];
            _held.Clear();
        }

        _timer.Dispose();
        Arrived.Writer.TryComplete();
        foreach (TaskCompletionSource<ArraySegment<byte>?> each in held) each.TrySetResult(IsConfirmed ? ArraySegment<byte>.Empty : default(ArraySegment<byte>?));
    }

    protected override void OnChanged()
    {
        while (true)
        {
            TaskCompletionSource<ArraySegment<byte>?> oldest;
            ArraySegment<byte> batch;
            lock (_gate)
            {
                if (_held.Count == 0 || !Queue.TryTake(out batch)) return;
                oldest = _held.First!.Value;
                _held.RemoveFirst();
            }

            oldest.TrySetResult(batch);
        }
    }

    private void Look()
    {
        bool isIdle;
        lock (_gate) isIdle = _held.Count == 0 && _time.GetElapsedTime(_lastAsked) > LongestIdle;
        if (isIdle || (!IsConfirmed && _time.GetElapsedTime(Since) > StrangerLife)) End();
    }
}
