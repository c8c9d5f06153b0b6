using Adit.Core;
using Adit.Core.Streams;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Client;

/// <summary>
/// A session that is made again when it is lost. Theory of operation: <see cref="RunAsync"/> owns one session after another; whoever dials through this
/// gets the one that lives, or waits a bounded while for the next. Listeners here stay bound during an outage, since only the dialer changes;
/// what must be asked of each session anew (listeners at the server) is restored by the <c>established</c> callback. The first attempt must
/// succeed; so must nothing that will not mend by itself: a refused login or a changed host key ends it.
/// </summary>
public sealed partial class ReconnectingSession : IStreamDialer
{
    private readonly Func<CancellationToken, Task<SshRoute>> _connect;
    private readonly Func<SshRoute, CancellationToken, Task> _established;
    private readonly ReconnectOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly Random _random;
    private readonly Lock _lock = new();
    private TaskCompletionSource<SshClient> _current = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Makes one; nothing is connected yet.</summary>
    /// <param name="connect">Makes a session.</param>
    /// <param name="established">Called with each session before it is dialled through; its failure ends that session. Told to stop when the session ends.</param>
    /// <param name="options">Pauses; null for the defaults.</param>
    /// <param name="logger">Hears of losses and returns (Information); null for nobody.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="random">Jitter; null for the shared source.</param>
    public ReconnectingSession(
        Func<CancellationToken, Task<SshRoute>> connect,
        Func<SshRoute, CancellationToken, Task> established,
        ReconnectOptions? options = null,
        ILogger? logger = null,
        TimeProvider? time = null,
        Random? random = null)
    {
        ArgumentNullException.ThrowIfNull(connect);
        ArgumentNullException.ThrowIfNull(established);
        _connect = connect;
        _established = established;
        _options = options ?? new ReconnectOptions();
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        _random = random ?? Random.Shared;
    }

    /// <summary>How often the session was made again.</summary>
    public int Reconnections { get; private set; }

    /// <summary>Whether a failure may go away by itself.</summary>
    public static bool IsTransient(TunnelException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return failure.Error is not (TunnelError.AuthenticationFailed or TunnelError.HostKeyChanged or TunnelError.HostKeyRevoked or TunnelError.HostKeyUnknown
            or TunnelError.CertificateNotTrusted or TunnelError.BadConfiguration or TunnelError.NoCommonAlgorithm or TunnelError.NotSupported);
    }

    /// <summary>Connects, and again whenever the session is lost, until cancelled or until a failure that will not mend.</summary>
    /// <exception cref="TunnelException">The first attempt failed, or a later one for good.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        int failures = 0;
        for (bool isFirst = true; ; isFirst = false)
        {
            long began = _time.GetTimestamp();
            string reason;
            try
            {
                SshRoute route = await _connect(cancellationToken).ConfigureAwait(false);
                await using (route.ConfigureAwait(false)) reason = await LiveAsync(route, isFirst, cancellationToken).ConfigureAwait(false);
                if (_time.GetElapsedTime(began) >= _options.ProvenAfter) failures = 0;
            }
            catch (TunnelException e) when (!isFirst && IsTransient(e))
            {
                reason = e.Message;
            }

            TimeSpan pause = NextPause(failures++);
            LogLost(_logger, reason, pause.TotalSeconds);
            await Task.Delay(pause, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Dials through the session that lives; during an outage waits up to <see cref="ReconnectOptions.HoldTime"/> for the next.</summary>
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        Task<SshClient> current;
        lock (_lock) current = _current.Task;
        SshClient client;
        try
        {
            client = await current.WaitAsync(_options.HoldTime, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException e)
        {
            throw new TunnelException(TunnelError.ConnectionLost, $"ssh: session: expected it back within {_options.HoldTime.TotalSeconds:0} s, got none", null, e);
        }

        return await client.DialAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async Task<string> LiveAsync(SshRoute route, bool isFirst, CancellationToken cancellationToken)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, route.Client.Connection.Over);
        try
        {
            await _established(route, life.Token).ConfigureAwait(false);
            if (!isFirst)
            {
                Reconnections++;
                LogBack(_logger);
            }

            lock (_lock) _current.TrySetResult(route.Client);
            await route.Client.Connection.Closed.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The session ended while it was being set up.
        }
        finally
        {
            lock (_lock)
            {
                if (_current.Task.IsCompleted) _current = new TaskCompletionSource<SshClient>(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        return route.Client.Connection.CloseReason?.Message ?? "closed";
    }

    private TimeSpan NextPause(int failures)
    {
        double seconds = Math.Min(_options.FirstPause.TotalSeconds * Math.Pow(2, Math.Min(failures, 30)), _options.LongestPause.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.5 + (_random.NextDouble() / 2)));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Connection lost ({Reason}); connecting again in {Seconds:0.0} s.")]
    private static partial void LogLost(ILogger logger, string reason, double seconds);

    [LoggerMessage(Level = LogLevel.Information, Message = "Connected again; forwards restored.")]
    private static partial void LogBack(ILogger logger);
}
