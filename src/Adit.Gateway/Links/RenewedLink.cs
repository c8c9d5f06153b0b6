using Adit.Core;
using Adit.Core.Links;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Links;

/// <summary>
/// A link over something that may be lost and comes again: a stream that is dialled anew, or the connection that a listener accepted last. While there is none, what is sent is dropped, as a network
/// would, and receiving waits.
/// </summary>
/// <remarks>Theory of operation: a loop opens one link after the other and hands it to both threads; the receiving one, which is the first to know that a link has ended, tells the loop.</remarks>
internal sealed partial class RenewedLink : ILink
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromSeconds(1); // ours
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30); // ours

    private readonly Func<CancellationToken, ValueTask<ILink>> _open;
    private readonly bool _replaces;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stopping = new();
    private readonly object _gate = new();
    private readonly Task _loop;
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ILink? _current;
    private string? _problem = "not connected yet";
    private bool _interrupted;

    /// <summary>Begins to open.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="properties">Of every link that will be opened.</param>
    /// <param name="open">Opens the next one.</param>
    /// <param name="replaces">Whether the next one is waited for at once, and takes the place of the one before: a listener.</param>
    /// <param name="logger">Hears of links that are lost and come again.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public RenewedLink(string name, LinkProperties properties, Func<CancellationToken, ValueTask<ILink>> open, bool replaces, ILogger logger, TimeProvider? time = null)
    {
        (Name, Properties, _open, _replaces, _logger, _time) = (name, properties, open, replaces, logger, time ?? TimeProvider.System);
        _loop = Task.Run(RunAsync);
    }

    public string Name { get; }

    public LinkProperties Properties { get; }

    public LinkCounters Counters { get; } = new();

    /// <summary>Why there is none now; null where there is one.</summary>
    public string? Problem
    {
        get
        {
            lock (_gate) return _problem;
        }
    }

    /// <summary>Completes when the first link was opened, and fails with why it was not. A listener does not wait for it.</summary>
    public Task First => _first.Task;

    public int Receive(PacketBatch batch)
    {
        while (true)
        {
            ILink current;
            lock (_gate)
            {
                while (_current is null && !_interrupted) Monitor.Wait(_gate);
                if (_interrupted) return 0;
                current = _current!;
            }

            string why = "the peer has closed it";
            try
            {
                LinkCounters counters = current.Counters;
                (long packets, long octets, long segments) = (counters.ReceivedPackets, counters.ReceivedOctets, counters.ReceivedSegments);
                int count = current.Receive(batch);
                Counters.Received(counters.ReceivedPackets - packets, counters.ReceivedOctets - octets, count == 0 ? 0 : 1, counters.ReceivedSegments - segments);
                if (count > 0) return count;
            }
            catch (TunnelException e)
            {
                why = e.Message;
            }

            Lose(current, why);
        }
    }

    public void Send(PacketBatch batch)
    {
        ILink? current;
        lock (_gate) current = _current;
        if (current is null)
        {
            Counters.Drop(DropReason.NoRemote, batch.Count);
            return;
        }

        LinkCounters counters = current.Counters;
        (long packets, long octets, long segments, long dropped) = (counters.SentPackets, counters.SentOctets, counters.SentSegments, counters.DroppedFor(DropReason.NoRoom));
        try
        {
            current.Send(batch);
        }
        catch (TunnelException)
        {
            // The receiving thread hears of it too, and tells why.
            Counters.Drop(DropReason.SendFailed, batch.Count);
        }

        Counters.Sent(counters.SentPackets - packets, counters.SentOctets - octets, 1, counters.SentSegments - segments);
        Counters.Drop(DropReason.NoRoom, (int)(counters.DroppedFor(DropReason.NoRoom) - dropped));
    }

    public void Interrupt()
    {
        lock (_gate)
        {
            _interrupted = true;
            _current?.Interrupt();
            Monitor.PulseAll(_gate);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Interrupt();
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_current is not null) await _current.DisposeAsync().ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        TimeSpan wait = FirstWait;
        while (true)
        {
            try
            {
                ILink next = await _open(_stopping.Token).ConfigureAwait(false);
                ILink? old;
                Task lost;
                lock (_gate)
                {
                    old = _current;
                    (_current, _problem) = (next, null);
                    _lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    lost = _lost.Task;
                    if (_interrupted) next.Interrupt();
                    Monitor.PulseAll(_gate);
                }

                LogConnected(_logger, next.Name);
                _first.TrySetResult();
                wait = FirstWait;
                if (old is not null)
                {
                    old.Interrupt();
                    await old.DisposeAsync().ConfigureAwait(false);
                }

                if (!_replaces) await lost.WaitAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (TunnelException e)
            {
                lock (_gate) _problem = _current is null ? e.Message : null;
                if (!_first.Task.IsCompleted) _first.TrySetException(e);
                else LogNotConnected(_logger, Name, wait.TotalSeconds, e.Message);
                await Task.Delay(wait, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                wait = TimeSpan.FromTicks(Math.Min(wait.Ticks * 2, LongestWait.Ticks));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                _first.TrySetCanceled();
                return;
            }

            if (_stopping.IsCancellationRequested) return;
        }
    }

    private void Lose(ILink link, string why)
    {
        lock (_gate)
        {
            if (_current != link || _interrupted) return; // another has taken its place
            (_current, _problem) = (null, why);
            _lost.TrySetResult();
        }

        LogLost(_logger, link.Name, why);
        // Its threads are not here any more: the sending one has at most one batch for it.
        _ = link.DisposeAsync().AsTask();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Name}: connected")]
    private static partial void LogConnected(ILogger logger, string name);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: lost: {Reason}")]
    private static partial void LogLost(ILogger logger, string name, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Name}: not connected, and tried again after {Seconds} s: {Reason}")]
    private static partial void LogNotConnected(ILogger logger, string name, double seconds, string reason);
}
