using System.Threading.Channels;
using Adit.Core;
using Adit.Wire.Http;

namespace Adit.Carriers.Http.Polls;

/// <summary>
/// The client's end of rung 5: datagrams in plain requests and answers, for paths that let nothing through before it is whole.
/// </summary>
/// <remarks>
/// Theory of operation: up to <see cref="HttpPolls.Slots"/> requests are under way at once, each on a connection of its own. What is to be sent leaves in the next free one, as a batch; and as long as fewer than
/// <see cref="HttpPolls.Held"/> are under way, empty ones follow, which the gateway holds until it has something to say. While answers come full, all slots ask. A request that breaks is sent again, since a lifeline
/// takes no datagram twice; one that broke on a connection that was kept alive is sent again at once. When nothing was answered for long, or the gateway does not know the id (any more), the mailbox is broken, and the
/// lifeline above opens another.
/// </remarks>
internal sealed class HttpPollMailbox : BatchMailbox
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    // Ours: an answer that comes later does not come; and how long nothing may be answered.
    private static readonly TimeSpan Patience = HttpPolls.Hold + TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(30);
    private const int MostArrived = 64;

    // Ours: a proxy that takes no body of this length is of no use.
    private const int LeastLimit = 4096;

    private readonly HttpCarrierOptions _options;
    private readonly Func<string, long, int, HttpRequestHead> _requestOf;
    private readonly TimeProvider _time;
    private readonly string _id = HttpRequests.NewId();
    private readonly Lock _gate = new();
    private readonly Stack<HttpPollConnection> _idle = new();
    private readonly CancellationTokenSource _stopping = new();
    private long _counter;
    private int _busy;
    private volatile bool _isHeard;
    private volatile bool _isFull;
    private bool _isOver;
    private long _lastAnswer;

    private HttpPollMailbox(HttpCarrierOptions options, HttpPollConnection[] connections, Func<string, long, int, HttpRequestHead> requestOf, TimeProvider time)
        : base(MostArrived)
    {
        (_options, _requestOf, _time) = (options, requestOf, time);
        for (int i = connections.Length - 1; i >= 0; i--) _idle.Push(connections[i]);
        _lastAnswer = time.GetTimestamp();
    }

    /// <summary>Asks whether a gateway is there, and makes a mailbox.</summary>
    /// <param name="options">Where it is.</param>
    /// <param name="connect">Connects to it, or to the proxy.</param>
    /// <param name="requestOf">Makes a request's head: id, number, octets of the body.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">It does not pass.</exception>
    public static async Task<HttpPollMailbox> OpenAsync(
        HttpCarrierOptions options, Func<CancellationToken, Task<HttpExchange>> connect, Func<string, long, int, HttpRequestHead> requestOf, TimeProvider time, CancellationToken cancellationToken)
    {
        var connections = new HttpPollConnection[HttpPolls.Slots];
        for (int i = 0; i < connections.Length; i++) connections[i] = new HttpPollConnection(connect, options.Name, time);
        var mailbox = new HttpPollMailbox(options, connections, requestOf, time);
        try
        {
            // Number 0 without a datagram is answered at once, and leaves nothing at the gateway.
            (int status, string reason, _) = await connections[0].ExchangeAsync(requestOf(mailbox._id, mailbox._counter++, 0), default, mailbox.TakeAsync, cancellationToken).ConfigureAwait(false);
            if (status != 200) throw HttpOpener.Refused("200", status, reason);
            return mailbox;
        }
        catch
        {
            await mailbox.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override string Name => _options.Name;

    public override int SendLimit => Math.Min(HttpPollBatch.LongestDatagram, Queue.Limit - HttpPollBatch.HeaderLength);

    public override async ValueTask DisposeAsync()
    {
        HttpPollConnection[] idle;
        lock (_gate)
        {
            _isOver = true;
            idle = [.. _idle];
            _idle.Clear();
        }

        Arrived.Writer.TryComplete();
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (HttpPollConnection connection in idle) connection.Dispose();
    }

    /// <summary>Gives idle connections what is to be done.</summary>
    protected override void OnChanged()
    {
        while (true)
        {
            HttpPollConnection connection;
            ArraySegment<byte> batch;
            lock (_gate)
            {
                if (_isOver || _idle.Count == 0) return;
                if (!Queue.TryTake(out batch) && !(_isHeard && _busy < (_isFull ? HttpPolls.Slots : HttpPolls.Held))) return;
                connection = _idle.Pop();
                _busy++;
            }

            _ = Task.Run(() => RunAsync(connection, batch));
        }
    }

    /// <summary>One request, until it is answered. Never throws.</summary>
    private async Task RunAsync(HttpPollConnection connection, ArraySegment<byte> batch)
    {
        try
        {
            TimeSpan pause = FirstPause;
            while (await TryOnceAsync(connection, batch).ConfigureAwait(false) is { } failure)
            {
                if (failure.IsAtOnce) continue;
                if (!_isHeard || failure.IsFinal || _time.GetElapsedTime(Interlocked.Read(ref _lastAnswer)) > LongestSilence)
                {
                    Break(failure.Why);
                    return;
                }

                await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
        catch (OperationCanceledException)
        {
            // Closed.
        }
        catch (Exception e) when (e is ObjectDisposedException or InvalidOperationException or ChannelClosedException)
        {
            Break(e);
        }
        finally
        {
            HttpPollQueue.Return(batch);
            bool isOver;
            lock (_gate)
            {
                _busy--;
                isOver = _isOver;
                if (!isOver) _idle.Push(connection);
            }

            if (isOver) connection.Dispose();
            else OnChanged();
        }
    }

    /// <returns>Null once it was answered; else why not, and whether another try is of no use, or needs no pause.</returns>
    private async Task<Failure?> TryOnceAsync(HttpPollConnection connection, ArraySegment<byte> batch)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        limit.CancelAfter(Patience);
        try
        {
            (int status, string reason, int octets) = await connection.ExchangeAsync(_requestOf(_id, Interlocked.Increment(ref _counter), batch.Count), batch, TakeAsync, limit.Token).ConfigureAwait(false);
            if (status == 200)
            {
                Interlocked.Exchange(ref _lastAnswer, _time.GetTimestamp());
                _isFull = octets >= HttpPollBatch.Longest / 4;
                return null;
            }

            if (status == 413 && batch.Count > LeastLimit)
            {
                // A proxy takes no body as long as this: shorter ones from now on. What was in it is a lifeline's loss.
                Queue.Limit = Math.Max(Math.Min(Queue.Limit, batch.Count / 2), LeastLimit);
                return null;
            }

            bool isFinal = status is >= 400 and < 500 and not (408 or 425 or 429);
            return new Failure(status == 404 && _isHeard ? new TunnelException(TunnelError.ConnectionLost, $"{Name}: poll: the gateway does not know it any more") : HttpOpener.Refused("200", status, reason), isFinal, false);
        }
        catch (OperationCanceledException e) when (!_stopping.IsCancellationRequested)
        {
            connection.Dispose();
            return new Failure(new TunnelException(TunnelError.TimedOut, $"{Name}: poll: expected an answer within {Patience.TotalSeconds:0} s, got none", null, e), false, false);
        }
        catch (OperationCanceledException)
        {
            connection.Dispose();
            throw;
        }
        catch (IOException e)
        {
            bool wasUsed = connection.WasUsed;
            connection.Dispose();
            return new Failure(e, e is TunnelException { Error: TunnelError.CertificateNotTrusted or TunnelError.BadConfiguration or TunnelError.AuthenticationFailed }, wasUsed);
        }
    }

    private ValueTask TakeAsync(ArraySegment<byte> datagram, CancellationToken cancellationToken)
    {
        _isHeard = true;
        return Arrived.Writer.TryWrite(datagram) ? ValueTask.CompletedTask : Arrived.Writer.WriteAsync(datagram, cancellationToken);
    }

    private void Break(Exception why)
    {
        Arrived.Writer.TryComplete(why is TunnelException ? why : new TunnelException(TunnelError.ConnectionLost, $"{Name}: poll: {why.Message}", null, why));
        lock (_gate) _isOver = true;
        try
        {
            _stopping.Cancel();
        }
        catch (AggregateException)
        {
            // What others make of it is theirs.
        }
    }

    private sealed record Failure(Exception Why, bool IsFinal, bool IsAtOnce);
}
