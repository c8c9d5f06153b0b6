using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Adit.Carriers.Lab;
using Adit.Core;
using Adit.Wire;
using Adit.Wire.Smpp;

namespace Adit.Carriers.Sms.Lab;

/// <summary>
/// A small message centre for trying the carrier without an operator: it takes ESMEs (SMPP 3.4) and passes messages among them. Theory of operation: an ESME has the number that is its system_id, and each number it was
/// seen to send from. A message for a number that nobody has is answered ESME_RINVDSTADR. What chance decides, it decides by the seed, in the order of arrival.
/// </summary>
public sealed class LabCentre : IAsyncDisposable
{
    private readonly LabCentreOptions _options;
    private readonly TimeProvider _time;
    private readonly Socket _listener;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<LabSession, bool> _sessions = new();
    private readonly Random _random;
    private readonly Lock _gate = new();
    private Task _running = Task.CompletedTask;
    private long _submitted, _throttled, _lost, _delivered, _underway;
    private int _connections; // also of those that have not bound yet

    private LabCentre(LabCentreOptions options, TimeProvider time, Socket listener)
    {
        (_options, _time, _listener) = (options, time, listener);
        _random = new Random(options.Seed);
    }

    /// <summary>Where it is reached.</summary>
    public IPEndPoint EndPoint => (IPEndPoint)_listener.LocalEndPoint!;

    /// <summary>Messages taken from ESMEs.</summary>
    public long Submitted => Interlocked.Read(ref _submitted);

    /// <summary>Messages taken from one ESME.</summary>
    /// <param name="number">One of its numbers.</param>
    public long SubmittedBy(string number) => _sessions.Keys.Where(s => s.Serves(number)).Sum(s => s.Submitted);

    /// <summary>Messages refused since they came too fast.</summary>
    public long Throttled => Interlocked.Read(ref _throttled);

    /// <summary>Messages lost on purpose.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Messages handed to ESMEs, the second of a pair counted too.</summary>
    public long Delivered => Interlocked.Read(ref _delivered);

    /// <summary>ESMEs that are bound.</summary>
    public int SessionCount => _sessions.Count;

    internal LabCentreOptions Options => _options;

    internal TimeProvider Time => _time;

    /// <summary>Listens, and serves until it is disposed.</summary>
    /// <param name="options">How it behaves.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <exception cref="TunnelException">The address cannot be used.</exception>
    public static LabCentre Start(LabCentreOptions options, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var centre = new LabCentre(options, time ?? TimeProvider.System, LabSocket.Listen(options.Listen, "smsc"));
        centre._running = Task.Run(centre.AcceptAsync);
        return centre;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        _listener.Dispose();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (LabSession session in _sessions.Keys) session.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Takes a message: what its sender is answered.</summary>
    internal SmppStatus Submit(LabSession from, ReadOnlySpan<byte> body)
    {
        if (SmppMessage.TryDecode(body, out SmppMessage message) != DecodeStatus.Ok) return SmppStatus.SystemError;
        if (!from.TryTakeToken())
        {
            Interlocked.Increment(ref _throttled);
            return SmppStatus.Throttled;
        }

        if (message.Source.Text is { Length: > 0 } number) from.Learn(number);
        string to = message.Destination.ToString();
        if (!_sessions.Keys.Any(s => s.Serves(to))) return SmppStatus.InvalidDestinationAddress;
        if (Interlocked.Read(ref _underway) >= _options.MostMessages) return SmppStatus.MessageQueueFull;
        Interlocked.Increment(ref _submitted);
        from.Submitted++;
        bool lost, twice;
        TimeSpan first, second;
        lock (_gate)
        {
            (lost, twice) = (_random.NextDouble() < _options.Loss, _random.NextDouble() < _options.Duplicates);
            (first, second) = (Chance(), Chance());
        }

        if (lost)
        {
            Interlocked.Increment(ref _lost);
            return SmppStatus.Ok;
        }

        // §4.6.1: as deliver_sm, without validity and receipt; a number that nobody wrote is the session's.
        var delivery = new SmppMessage
        {
            Source = message.Source.Text is { Length: > 0 } ? message.Source : new SmppAddress(0, 1, from.Number),
            Destination = message.Destination,
            EsmClass = message.EsmClass,
            DataCoding = message.DataCoding,
            Text = message.Text.Length <= SmppMessage.MostShort ? message.Text : message.Text[..SmppMessage.MostShort],
        };
        byte[] octets = new byte[delivery.EncodedLength];
        delivery.Encode(octets);
        Later(to, octets, first);
        if (twice) Later(to, octets, second);
        return SmppStatus.Ok;

        TimeSpan Chance() => (_options.Delay + (_options.Reorder * _random.NextDouble())) / _options.TimeScale;
    }

    internal void Forget(LabSession session) => _sessions.TryRemove(session, out _);

    internal void Join(LabSession session) => _sessions.TryAdd(session, true);

    private void Later(string to, byte[] delivery, TimeSpan after)
    {
        Interlocked.Increment(ref _underway);
        if (after <= TimeSpan.Zero)
        {
            Deliver(to, delivery);
            return;
        }

        ITimer? timer = null;
        timer = _time.CreateTimer(
            _ =>
            {
                Deliver(to, delivery);
                timer?.Dispose();
            },
            null,
            after,
            Timeout.InfiniteTimeSpan);
    }

    private void Deliver(string to, byte[] delivery)
    {
        Interlocked.Decrement(ref _underway);
        LabSession? session = _sessions.Keys.FirstOrDefault(s => s.Receives && s.Serves(to));
        if (session is null || !session.Deliver(delivery)) return;
        Interlocked.Increment(ref _delivered);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket = await _listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            if (Volatile.Read(ref _connections) >= _options.MostSessions)
            {
                socket.Dispose();
                continue;
            }

            Interlocked.Increment(ref _connections);
            socket.NoDelay = true;
            var session = new LabSession(this, socket);
            _ = Task.Run(() => ServeAsync(session), CancellationToken.None);
        }
    }

    private async Task ServeAsync(LabSession session)
    {
        await session.RunAsync(_stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Interlocked.Decrement(ref _connections);
    }
}
