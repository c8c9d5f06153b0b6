using System.Runtime.CompilerServices;
using Adit.Carriers.WebSocket;
using Adit.Core;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Carriers.Http;

/// <summary>
/// Carries streams to a gateway in HTTP. Theory of operation: a ladder of ways, the best first; each is opened and probed, and what does not pass is left for the
/// next. What passed is remembered as long as this lives and tried first; for lifelines the rungs above it are tried again now and then, less and less often, since what was in their way may have gone. A failure that no other rung would mend (a name, a refused connection, a
/// certificate) ends the attempt at once. Every rung but the last carries the same frames (<see cref="WebSocketStream"/>); the last one carries datagrams, so it is there for lifelines only. Whatever is dialled, it ends at the gateway.
/// </summary>
public sealed partial class HttpCarrierDialer : IStreamDialer, IMailboxDialer
{
    // Ours: when better rungs are tried again.
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);

    private readonly HttpCarrierOptions _options;
    private readonly HttpOpener _opener;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ConditionalWeakTable<IMailbox, object> _rungs = [];
    private readonly Lock _gate = new();
    private HttpRung? _known;
    private TimeSpan _pause = FirstPause;
    private long _improveAt;

    /// <summary>Makes one; dials nothing yet.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="previous">Dials the gateway, or the upstream proxy.</param>
    /// <param name="logger">Which rung was taken, and why others were not; null for nowhere.</param>
    /// <param name="time">The clock; the system's if null.</param>
    public HttpCarrierDialer(HttpCarrierOptions options, IStreamDialer previous, ILogger? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(previous);
        if (options.Rungs.Count == 0) throw new ArgumentException("http carrier: expected a rung, got none", nameof(options));
        _options = options;
        _opener = new HttpOpener(options, previous, time);
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The rung that passed last; null before any did.</summary>
    public HttpRung? Known => _known;

    /// <summary>What a rung is called.</summary>
    public static string NameOf(HttpRung rung) => rung switch
    {
        HttpRung.ExtendedConnect => "WebSocket over HTTP/2",
        HttpRung.WebSocket => "WebSocket",
        HttpRung.Duplex => "duplex POST",
        HttpRung.Pair => "GET and POST",
        _ => "long-polls",
    };

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <summary>Opens a stream, by the rungs that are one.</summary>
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default) =>
        await ClimbAsync<DuplexStream>(_options.Rungs.Where(r => r != HttpRung.LongPoll), async (rung, token) => await OpenStreamAsync(rung, token).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a mailbox for a lifeline, by any rung.</summary>
    /// <inheritdoc/>
    public async ValueTask<IMailbox> OpenAsync(CancellationToken cancellationToken = default)
    {
        IMailbox mailbox = await ClimbAsync(_options.Rungs, OpenMailboxAsync, cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_improveAt == 0) PutOff();
        }

        return mailbox;
    }

    /// <inheritdoc/>
    public bool MayImprove(IMailbox mailbox)
    {
        if (!_rungs.TryGetValue(mailbox, out object? rung) || (HttpRung)rung == _options.Rungs[0]) return false;
        lock (_gate) return _time.GetTimestamp() >= _improveAt;
    }

    /// <inheritdoc/>
    public async ValueTask<IMailbox?> ImproveAsync(IMailbox mailbox, CancellationToken cancellationToken = default)
    {
        if (!_rungs.TryGetValue(mailbox, out object? rung)) return null;
        lock (_gate) PutOff();
        try
        {
            IMailbox better = await ClimbAsync(_options.Rungs.TakeWhile(r => r != (HttpRung)rung), OpenMailboxAsync, cancellationToken).ConfigureAwait(false);
            lock (_gate) (_pause, _improveAt) = (FirstPause, 0); // others that were opened when it did not pass may follow at once
            return better;
        }
        catch (TunnelException)
        {
            return null;
        }
    }

    private void PutOff()
    {
        _improveAt = _time.GetTimestamp() + (long)(_pause.TotalSeconds * _time.TimestampFrequency);
        _pause = _pause * 2 < LongestPause ? _pause * 2 : LongestPause;
    }

    private async Task<IMailbox> OpenMailboxAsync(HttpRung rung, CancellationToken cancellationToken)
    {
        IMailbox mailbox = rung == HttpRung.LongPoll
            ? await _opener.OpenMailboxAsync(cancellationToken).ConfigureAwait(false)
            : new StreamMailbox(await OpenStreamAsync(rung, cancellationToken).ConfigureAwait(false), _options.Name, expectsIdentification: true);
        if (_options.Rate > 0) mailbox = new PacedMailbox(mailbox, _options.Rate, _time);
        _rungs.Add(mailbox, rung);
        return mailbox;
    }

    private async Task<T> ClimbAsync<T>(IEnumerable<HttpRung> all, Func<HttpRung, CancellationToken, Task<T>> open, CancellationToken cancellationToken)
    {
        HttpRung[] rungs = [.. all];
        if (_known is { } first && rungs.Contains(first)) rungs = [first, .. rungs.Where(r => r != first)];
        var reasons = new List<string>();
        TunnelException? last = null;
        foreach (HttpRung rung in rungs)
        {
            try
            {
                T opened = await TryAsync(rung, open, cancellationToken).ConfigureAwait(false);
                _known = rung;
                LogTaken(_logger, _options.Name, (int)rung, NameOf(rung), reasons.Count == 0 ? "" : $"; {string.Join("; ", reasons)}");
                return opened;
            }
            catch (TunnelException e) when (!cancellationToken.IsCancellationRequested)
            {
                if (ConcernsAll(e.Error)) throw new TunnelException(e.Error, $"{_options.Name}: {e.Message}", e.Hop ?? _options.Name, e);
                LogFailed(_logger, _options.Name, (int)rung, NameOf(rung), e.Message);
                reasons.Add($"{(int)rung} ({NameOf(rung)}): {e.Message}");
                last = e;
            }
        }

        if (last is null) throw new TunnelException(TunnelError.NotSupported, $"{_options.Name}: expected a rung that is a stream, got none", _options.Name);
        throw new TunnelException(last.Error, $"{_options.Name}: no way of HTTP leads there: {string.Join("; ", reasons)}", _options.Name, last);
    }

    private bool ConcernsAll(TunnelError error) =>
        (error == TunnelError.Unreachable && _options.Tunnel is null) || error is TunnelError.HopUnreachable or TunnelError.NameNotResolved or TunnelError.NameNotResolvedAtPeer or TunnelError.ConnectionRefused or TunnelError.CertificateNotTrusted or TunnelError.BadConfiguration or TunnelError.AuthenticationFailed;

    private async Task<T> TryAsync<T>(HttpRung rung, Func<HttpRung, CancellationToken, Task<T>> open, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_options.RungTime);
        try
        {
            return await open(rung, limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TunnelException(TunnelError.TimedOut, $"expected an answer within {_options.RungTime.TotalSeconds:0.#} s, got none", null, e);
        }
        catch (IOException e) when (e is not TunnelException)
        {
            throw new TunnelException(TunnelError.ConnectionLost, e.Message, null, e);
        }
    }

    private async Task<WebSocketStream> OpenStreamAsync(HttpRung rung, CancellationToken cancellationToken)
    {
        WebSocketStream stream = await _opener.OpenAsync(rung, cancellationToken).ConfigureAwait(false);
        try
        {
            if (_options.Probes && await stream.ProbeAsync(_options.ProbeTime, _time, cancellationToken).ConfigureAwait(false) is { } why) throw new TunnelException(TunnelError.NotSupported, why);
            return stream;
        }
        catch
        {
            stream.Abort(TunnelError.Closed);
            throw;
        }
    }
}
