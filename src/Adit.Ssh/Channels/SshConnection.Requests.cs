using System.Threading.Channels;
using Adit.Core;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Channels;

/// <summary>Global requests (RFC 4254 §4), both ways, and signs of life.</summary>
public sealed partial class SshConnection
{
    private readonly Queue<TaskCompletionSource<GlobalRequestReply>> _requests = new();
    private readonly Channel<GlobalRequestMessage> _incomingRequests;
    /// <summary>Ours: the least of so many answers is what the path costs.</summary>
    private const int RoundTripQuestions = 4;

    private ITimer? _keepAlive;
    private int _unanswered;
    private long _lastHeard;

    /// <summary>Sends a global request and waits for its answer.</summary>
    /// <exception cref="TunnelException">The connection ended.</exception>
    public async ValueTask<GlobalRequestReply> RequestAsync(string name, ReadOnlyMemory<byte> fields, CancellationToken cancellationToken = default) =>
        await Ask(name, fields).WaitAsync(cancellationToken).ConfigureAwait(false);

    /// <summary>Sends a global request that has no answer.</summary>
    public void Notify(string name, ReadOnlyMemory<byte> fields) => Send(new GlobalRequestMessage(name, false, fields));

    private Task<GlobalRequestReply> Ask(string name, ReadOnlyMemory<byte> fields)
    {
        var answer = new TaskCompletionSource<GlobalRequestReply>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_requests)
        {
            if (_reason is not null) throw Rewrap(_reason);
            // Under the lock: answers come in the order in which the requests were sent.
            Send(new GlobalRequestMessage(name, true, fields));
            _requests.Enqueue(answer);
        }

        return answer.Task;
    }

    private void OnRequestAnswer(GlobalRequestReply reply)
    {
        TaskCompletionSource<GlobalRequestReply>? answer;
        lock (_requests) _requests.TryDequeue(out answer);
        if (answer is null) throw new TunnelException(TunnelError.ProtocolViolation, "ssh: global request: expected no answer, got one to no request");
        answer.TrySetResult(reply);
    }

    private void OnGlobalRequest(GlobalRequestMessage message)
    {
        if (_incomingRequests.Writer.TryWrite(message)) return;
        throw new TunnelException(TunnelError.ProtocolViolation, $"ssh: global requests: expected at most {_limits.PendingRequests} at once, got more");
    }

    private async Task AnswerRequestsAsync()
    {
        try
        {
            await foreach (GlobalRequestMessage message in _incomingRequests.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                GlobalRequestReply reply = await AnswerAsync(message).ConfigureAwait(false);
                if (!message.WantReply) continue;
                if (reply.Granted) Send(new RequestSuccessMessage(reply.Fields));
                else Send(default(RequestFailureMessage));
            }
        }
        catch (Exception e) when (e is IOException or ChannelClosedException or OperationCanceledException)
        {
            // The connection is over.
        }
    }

    private async ValueTask<GlobalRequestReply> AnswerAsync(GlobalRequestMessage message)
    {
        if (message.Name == "keepalive@openssh.com" || Service is null) return default;
        try
        {
            return await Service.HandleRequestAsync(message.Name, message.Fields, Over).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (e is not (TunnelException or OperationCanceledException)) LogServiceFailed(_logger, e);
            return default;
        }
    }

    /// <summary>Asks a channel's owner about a request; a failure of the owner's is a refusal, and never the connection's.</summary>
    internal bool Judge(Func<string, ReadOnlyMemory<byte>, bool>? owner, in ChannelRequestMessage message)
    {
        try
        {
            return owner?.Invoke(message.RequestType, message.Fields) ?? false;
        }
        catch (Exception e)
        {
            LogServiceFailed(_logger, e);
            return false;
        }
    }

    private void FailRequests(Exception reason)
    {
        lock (_requests)
        {
            while (_requests.TryDequeue(out TaskCompletionSource<GlobalRequestReply>? answer))
            {
                answer.TrySetException(Rewrap(reason));
                _ = answer.Task.Exception;
            }
        }
    }

    /// <summary>Asks the peer for a sign of life now.</summary>
    /// <returns>Whether it answered within the time.</returns>
    public async ValueTask<bool> ProbeAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        try
        {
            await Ask("keepalive@openssh.com", default).WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is TimeoutException or TunnelException)
        {
            return false;
        }
    }

    /// <summary>Finds out what the path costs, by a few questions that take no work to answer.</summary>
    internal async Task MeasureRoundTripAsync()
    {
        try
        {
            for (int i = 0; i < RoundTripQuestions; i++)
            {
                long asked = RoundTrip.Ask();
                await Ask("keepalive@openssh.com", default).ConfigureAwait(false);
                RoundTrip.Answered(asked);
            }
        }
        catch (TunnelException)
        {
            // The connection is over.
        }
    }

    private void StartKeepAlive()
    {
        TimeSpan interval = _limits.KeepAliveInterval;
        if (interval <= TimeSpan.Zero) return;
        _keepAlive = _time.CreateTimer(_ => KeepAlive(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _keepAlive.Change(interval, Timeout.InfiniteTimeSpan);
    }

    private void KeepAlive()
    {
        if (_reason is not null) return;
        TimeSpan interval = _limits.KeepAliveInterval;
        long last = _transport.LastReceived;
        TimeSpan silent = _time.GetElapsedTime(last);
        // Any octet is an answer, also one that came in the same moment as the question.
        if (last != _lastHeard) (_lastHeard, _unanswered) = (last, 0);
        if (silent < interval)
        {
            // Counted from the last octet, so that a dead peer is found within interval × (count + 1) of it.
            _keepAlive?.Change(TimeSpan.FromMilliseconds(Math.Max(1, Math.Ceiling((interval - silent).TotalMilliseconds))), Timeout.InfiniteTimeSpan);
            return;
        }

        if (++_unanswered > _limits.KeepAliveCountMax)
        {
            LogDead(_logger, (int)silent.TotalSeconds);
            string who = _isClient ? "server" : "client";
            _transport.Fail(new TunnelException(TunnelError.TimedOut, $"Timeout, {who} not responding: ssh: connection: no sign of life for {(int)silent.TotalSeconds} s"));
            return;
        }

        _keepAlive?.Change(interval, Timeout.InfiniteTimeSpan);
        try
        {
            _ = Ask("keepalive@openssh.com", default);
        }
        catch (TunnelException)
        {
            // The connection ended meanwhile.
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "ssh: no sign of life of the peer for {Seconds} s")]
    private static partial void LogDead(ILogger logger, int seconds);
}
