using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Carriers.Sms;

/// <summary>
/// A gateway's end: one link to a centre, or one modem, for all peers. Theory of operation: whatever arrives goes to the acceptor; only what is authentic is answered, WELCOME to the sender, of which nothing is
/// kept but how often it was answered lately. Each path has a <see cref="SmsPeer"/> that knows the number and form it was heard by last. One loop sends: welcomes first, then the peers that have something to say,
/// in turn, one message each. A link that ends is made anew after 1 s, twice as long each time, to 60 s; the paths stay.
/// </summary>
public sealed partial class SmsListener : IMailboxListener
{
    /// <summary>Ours: answers that wait at most; more are dropped, and the client asks again.</summary>
    private const int MostAnswers = 64;

    private readonly SmsListenerOptions _options;
    private readonly Func<CancellationToken, Task<ISmsLink>> _open;
    private readonly LifelineAcceptor _acceptor;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly LifelineProfile _profile;
    private readonly AnswerLimit _limit;
    private readonly Lock _gate = new();
    private readonly Queue<(string Number, byte[] Datagram, SmsForm Form)> _answers = new();
    private readonly Queue<SmsPeer> _ready = new();
    private readonly Dictionary<LifelineEndpoint, SmsPeer> _peers = [];
    private readonly SemaphoreSlim _wake = new(0, 1);
    private readonly CancellationTokenSource _stopping = new();
    private Task _running = Task.CompletedTask;

    /// <summary>Makes one.</summary>
    /// <param name="options">What it is.</param>
    /// <param name="open">Opens the link, the first and those after.</param>
    /// <param name="acceptor">Whose sessions it carries.</param>
    /// <param name="logger">Links lost and made, at Information; null for none.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public SmsListener(SmsListenerOptions options, Func<CancellationToken, Task<ISmsLink>> open, LifelineAcceptor acceptor, ILogger? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _open, _acceptor, _logger, _time) = (options, open, acceptor, logger ?? NullLogger.Instance, time ?? TimeProvider.System);
        _profile = options.Carrier.Profile;
        _limit = new AnswerLimit(options.AnswersPerMinute * options.Carrier.TimeScale, _time);
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Places => [_options.Place];

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        ISmsLink link = await _open(cancellationToken).ConfigureAwait(false);
        _running = Task.Run(() => RunAsync(link), CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        LifelineEndpoint[] endpoints;
        lock (_gate) endpoints = [.. _peers.Keys];
        foreach (LifelineEndpoint endpoint in endpoints) endpoint.Remove();
        _stopping.Dispose();
    }

    private async Task RunAsync(ISmsLink? link)
    {
        TimeSpan pause = TimeSpan.FromSeconds(1);
        long opened = _time.GetTimestamp();
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                link ??= await _open(_stopping.Token).ConfigureAwait(false);
                opened = _time.GetTimestamp();
                await ServeAsync(link).ConfigureAwait(false);
                LogEnded(_logger, _options.Place, "the link has ended");
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
            }
            catch (Exception e)
            {
                LogEnded(_logger, _options.Place, e.Message);
            }

            if (link is not null) await link.DisposeAsync().ConfigureAwait(false);
            link = null;
            if (_options.Carrier.Budget is { IsSpent: true }) return; // nothing can be said any more
            // A centre that takes the bind and ends it at once is not asked each second.
            if (_time.GetElapsedTime(opened) > TimeSpan.FromMinutes(1)) pause = TimeSpan.FromSeconds(1);
            await Task.Delay(pause, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = TimeSpan.FromSeconds(Math.Min(60, 2 * pause.TotalSeconds));
        }
    }

    private async Task ServeAsync(ISmsLink link)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        Task sending = SendAsync(link, ending.Token);
        Task receiving = ReceiveAsync(link, ending.Token);
        Task first = await Task.WhenAny(sending, receiving).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first.ConfigureAwait(false);
    }

    private async Task ReceiveAsync(ISmsLink link, CancellationToken cancellationToken)
    {
        byte[] room = new byte[SmsFraming.MostOctets];
        await foreach (SmsArrival arrival in link.Received.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            if (arrival.Refusal is { } refusal)
            {
                Refuse(arrival.Number, refusal);
                continue;
            }

            int most = arrival.Form == SmsForm.Text ? Wire.Sms.SmsText.MostOctets : _options.Carrier.MostOctets;
            int answered = _acceptor.Receive(arrival.Datagram, _profile, room.AsSpan(0, most), endpoint => Open(endpoint, arrival), out LifelineEndpoint? endpoint);
            if (endpoint is not null)
            {
                lock (_gate)
                {
                    if (_peers.TryGetValue(endpoint, out SmsPeer? peer)) (peer.Number, peer.Form) = (arrival.Number, arrival.Form);
                }
            }

            if (answered == 0 || !_limit.TryTake(arrival.Number)) continue;
            lock (_gate)
            {
                if (_answers.Count < MostAnswers) _answers.Enqueue((arrival.Number, room[..answered], arrival.Form));
            }

            Wake();
        }
    }

    private async Task SendAsync(ISmsLink link, CancellationToken cancellationToken)
    {
        byte[] room = new byte[SmsFraming.MostOctets];
        long lastSent = 0;
        while (true)
        {
            bool idle;
            lock (_gate) idle = _answers.Count == 0 && _ready.Count == 0;
            if (idle)
            {
                await _wake.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (lastSent == 0 || _time.GetElapsedTime(lastSent) > 2 * SmsMailbox.GatherTime) await Task.Delay(SmsMailbox.GatherTime, _time, cancellationToken).ConfigureAwait(false);
            await link.WaitForRoomAsync(cancellationToken).ConfigureAwait(false);
            if (Next(room, out string number, out SmsForm form) is > 0 and int length)
            {
                try
                {
                    await link.SendAsync(number, room.AsMemory(0, length), form, cancellationToken).ConfigureAwait(false);
                }
                catch (TunnelException e) when (e.Error == TunnelError.BadConfiguration)
                {
                    Refuse(number, e); // no number: that peer's alone
                }

                lastSent = _time.GetTimestamp();
            }
        }
    }

    /// <summary>What goes next: 0 when nobody has anything to say after all.</summary>
    private int Next(byte[] room, out string number, out SmsForm form)
    {
        SmsPeer peer;
        lock (_gate)
        {
            if (_answers.TryDequeue(out (string Number, byte[] Datagram, SmsForm Form) answer))
            {
                (number, form) = (answer.Number, answer.Form);
                answer.Datagram.CopyTo(room, 0);
                return answer.Datagram.Length;
            }

            (number, form) = ("", SmsForm.Octets);
            if (!_ready.TryDequeue(out peer!)) return 0;
            peer.IsQueued = false;
            (number, form) = (peer.Number, peer.Form);
        }

        int most = form == SmsForm.Text ? Wire.Sms.SmsText.MostOctets : _options.Carrier.MostOctets;
        int length = peer.Endpoint.Fill(room.AsSpan(0, most));
        if (length > 0) Queue(peer);
        return length;
    }

    private SmsPeer Open(LifelineEndpoint endpoint, SmsArrival arrival)
    {
        var peer = new SmsPeer(this, endpoint, arrival.Number, arrival.Form);
        lock (_gate) _peers[endpoint] = peer;
        LogPeer(_logger, _options.Place, arrival.Number);
        return peer;
    }

    /// <summary>The centre will never send to a number: who is there is told nothing, for it cannot be.</summary>
    private void Refuse(string number, TunnelException why)
    {
        LogEnded(_logger, _options.Place, why.Message);
        LifelineEndpoint[] endpoints;
        lock (_gate) endpoints = [.. _peers.Where(p => SmsNumbers.AreSame(p.Value.Number, number)).Select(p => p.Key)];
        foreach (LifelineEndpoint endpoint in endpoints) endpoint.Remove(why);
    }

    private void Queue(SmsPeer peer)
    {
        lock (_gate)
        {
            if (peer.IsQueued || peer.Endpoint.IsRemoved) return;
            peer.IsQueued = true;
            _ready.Enqueue(peer);
        }

        Wake();
    }

    private void Wake()
    {
        lock (_wake)
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
    }

    private void Forget(LifelineEndpoint endpoint)
    {
        lock (_gate) _peers.Remove(endpoint);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Place}: {Reason}")]
    private static partial void LogEnded(ILogger logger, string place, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Place}: a path to {Number}")]
    private static partial void LogPeer(ILogger logger, string place, string number);

    /// <summary>One path: who is at its other end, and how they write. Number, form and being queued are the listener's, under its gate.</summary>
    private sealed class SmsPeer(SmsListener owner, LifelineEndpoint endpoint, string number, SmsForm form) : ILifelineCarrier
    {
        public LifelineEndpoint Endpoint => endpoint;

        public string Number { get; set; } = number;

        public SmsForm Form { get; set; } = form;

        public bool IsQueued { get; set; }

        public string Name => $"sms {Number}";

        public void Wake() => owner.Queue(this);

        public ValueTask DisposeAsync()
        {
            owner.Forget(endpoint);
            return ValueTask.CompletedTask;
        }
    }
}
