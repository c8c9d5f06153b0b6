using System.Net;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Mailboxes;
using Adit.Core.Streams;
using Adit.Gateway.Admission;
using Adit.Gateway.Leases;
using Adit.Gateway.Listeners;
using Adit.Gateway.Status;
using Adit.Gateway.Tunnels;
using Adit.Ssh.Channels;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Server.Sessions;
using Adit.Ssh.Transport;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Serving;

/// <summary>One connection to the gateway, from its admission to its end.</summary>
internal sealed partial class GatewaySession : ILeaseHolder, IServedConnection, IAsyncDisposable
{
    private readonly GatewayContext _context;
    private readonly Incoming _incoming;
    private readonly ILogger _logger;
    private readonly string _source;
    private readonly DateTimeOffset _since;
    private SshServerSession? _session;
    private ForwardingService? _forwarding;
    private SshConnection? _connection;
    private string? _closed;
    private FirstOctetStream? _first;
    private StreamMailbox? _carrier;

    public GatewaySession(GatewayContext context, long number, Incoming incoming)
    {
        _context = context;
        _incoming = incoming;
        _logger = context.Logger;
        _source = incoming.Source?.ToString() ?? incoming.Carrier;
        Name = $"session {number}";
        _since = context.Time.GetUtcNow();
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>What is known of it now; from any thread.</summary>
    public ConnectionStatus Describe()
    {
        SshServerSession? session = Volatile.Read(ref _session);
        (long Sent, long Received)? octets = session?.Connection.Octets;
        return new ConnectionStatus
        {
            From = _source,
            User = session is null ? null : Shown(session.User),
            What = _carrier is not null ? "carries a lifeline" : session is null ? "logging in" : $"{_incoming.Carrier} {session.Key!.Fingerprint}",
            Since = _since,
            Up = octets?.Received,
            Down = octets?.Sent,
        };
    }

    /// <summary>Runs the connection to its end. Never throws.</summary>
    /// <param name="login">Its place among those that are not logged in; owned from here on.</param>
    /// <param name="stopping">The gateway stops: a login under way is given up.</param>
    public async Task RunAsync(PendingLogin login, CancellationToken stopping)
    {
        using (login)
        {
            if (await LogInAsync(login, stopping).ConfigureAwait(false) is not { } session)
            {
                if (_first?.TakeLifeline() is { } carrier) await CarryAsync(carrier, login, stopping).ConfigureAwait(false);
                return;
            }

            long began = _context.Time.GetTimestamp();
            await session.Connection.Closed.ConfigureAwait(false);
            await DisposeAsync().ConfigureAwait(false);
            ForwardingStatistics did = _forwarding?.Statistics ?? default;
            (long sent, long received) = session.Connection.Octets;
            _context.Totals.AddSession(sent, received);
            string why = _closed ?? Describe(session.Connection.CloseReason);
            LogEnded(_logger, Name, _context.Time.GetElapsedTime(began).TotalSeconds, did.Opened, did.Refused, did.Failed, received, sent, why);
        }
    }

    /// <summary>Says goodbye and closes; waits until it is done.</summary>
    public async ValueTask StopAsync(string reason)
    {
        _closed ??= reason;
        if (_carrier is { } carrier) await carrier.DisposeAsync().ConfigureAwait(false);
        if (_connection is { } connection) await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Releases its listeners.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_forwarding is not null) await _forwarding.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Closes at once.</summary>
    public void Abort()
    {
        _connection?.Abort();
        _carrier?.DisposeAsync().AsTask();
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ProbeAsync(CancellationToken cancellationToken) =>
        _connection is { } connection && await connection.ProbeAsync(ReverseListenerLeases.ProbeTime, cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public void Close(string reason)
    {
        _closed ??= reason;
        _connection?.Abort();
    }

    private async Task<SshServerSession?> LogInAsync(PendingLogin login, CancellationToken stopping)
    {
        var authority = new KeyAuthority(_context.AuthorizedKeys, _context.Time, _context.Server.Transport.Algorithms.CertificateAuthority);
        LogConnected(_logger, Name, _source);
        // What came by a lifeline is SSH.
        DuplexStream stream = _incoming.Stream is LifelineStream ? _incoming.Stream : _first = new FirstOctetStream(_incoming.Stream);
        try
        {
            SshServerSession session = await SshServerSession.AcceptAsync(
                stream, OptionsFor(stream), authority, Serve, _incoming.Source, new ConnectionLogger(_logger, Name), _context.Time, stopping).ConfigureAwait(false);
            login.Succeeded();
            return session;
        }
        catch (OperationCanceledException)
        {
            return null; // the gateway stops
        }
        catch (TunnelException) when (_first?.TakeLifeline() is not null)
        {
            return null;
        }
        catch (TunnelException e)
        {
            _context.Totals.AddFailedLogin();
            PenaltyReason reason = e.Error switch
            {
                TunnelError.AuthenticationFailed => PenaltyReason.AuthenticationFailed,
                TunnelError.TimedOut => PenaltyReason.GraceExceeded,
                _ => authority.Refusals > 0 ? PenaltyReason.AuthenticationFailed : PenaltyReason.NoAuthentication,
            };
            if (authority.LastRefused is { } key) LogRefusedKey(_logger, Name, _source, Shown(authority.LastUser ?? ""), key.KeyType, key.Fingerprint, authority.LastWhy);
            LogNoLogin(_logger, Name, _source, e.Message);
            if (login.Failed(reason)) LogPenalty(_logger, Name, login.Source?.Text ?? "", reason);
        }
        catch (Exception e)
        {
            LogCrash(_logger, Name, _source, e);
            login.Failed(PenaltyReason.Crash);
        }

        return null;
    }

    private SshServerOptions OptionsFor(DuplexStream stream)
    {
        if (stream.IsDear) return SlimProfile.Of(_context.Server, _context.Configuration.KeyExchanges is not null);
        return stream.OutlivesSilence ? _context.Server with { Limits = _context.Server.Limits with { KeepAliveInterval = TimeSpan.Zero } } : _context.Server;
    }

    /// <summary>The connection is one of a lifeline's carriers; its sessions come as connections of their own.</summary>
    private async Task CarryAsync(DuplexStream stream, PendingLogin login, CancellationToken stopping)
    {
        _carrier = new StreamMailbox(stream, _incoming.Carrier, expectsIdentification: false, _incoming.Source);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(LifelinePatience);
        LogLifeline(_logger, Name, _source);
        bool isConfirmed = false;
        await _context.Lifelines.ServeAsync(_carrier, takesKeyless: true, () =>
        {
            isConfirmed = true;
            limit.CancelAfter(Timeout.InfiniteTimeSpan);
            login.Succeeded();
        }, limit.Token).ConfigureAwait(false);
        if (!isConfirmed && !stopping.IsCancellationRequested) login.Failed(PenaltyReason.NoAuthentication);
    }

    /// <summary>Sets up what the client may do, before it can ask for anything.</summary>
    private ForwardingService Serve(SshServerSession session)
    {
        _connection = session.Connection;
        Volatile.Write(ref _session, session);
        LogLogin(_logger, Name, Shown(session.User), _source, session.Key!.KeyType, session.Key.Fingerprint, session.Connection.PeerSoftwareVersion);
        var policy = new KeyForwardingPolicy(
            session.Permissions, new GatewayForwardingPolicy(_context.Configuration, session.Permissions, _context.NeverReachable), _context.Time);
        (SessionService? programs, string none) = GatewayPrograms.For(_context, session, Name, (_incoming.Stream as SocketStream)?.LocalEndPoint as IPEndPoint);
        var options = new ForwardingOptions
        {
            Name = Name,
            Binder = new LeasingBinder(_context.Leases, session.Key.Fingerprint, this, new SocketBinder()),
            Sessions = programs,
            NoSessionsText = none,
            Datagrams = true,
            Tunnels = new GatewayTunnels(_context.Tunnels, session.Key.Fingerprint, session.Permissions, _context.Time),
        };
        return _forwarding = new ForwardingService(session.Connection, policy, options, _logger);
    }

    // Ours: how long a lifeline's carrier may take to prove that it belongs to one.
    private static readonly TimeSpan LifelinePatience = TimeSpan.FromSeconds(30);

    // Whoever is not logged in may send a name of some ten thousand octets.
    private static string Shown(string user) => user.Length <= 64 ? user : user[..64] + "…";

    private static string Describe(Exception? reason) => reason switch
    {
        null => "closed",
        TunnelException { Error: TunnelError.ConnectionLost } e when e.Message.StartsWith("Received disconnect", StringComparison.Ordinal) => $"the client left ({e.Message})",
        _ => reason.Message,
    };

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Connection}: connection from {Source}")]
    private static partial void LogConnected(ILogger logger, string connection, string source);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Connection}: a lifeline's carrier from {Source}")]
    private static partial void LogLifeline(ILogger logger, string connection, string source);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: login of {User} from {Source} with {KeyType} {Fingerprint} ({Client})")]
    private static partial void LogLogin(ILogger logger, string connection, string user, string source, string keyType, string fingerprint, string client);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: key refused: {User} from {Source} with {KeyType} {Fingerprint}: {Why}")]
    private static partial void LogRefusedKey(ILogger logger, string connection, string source, string user, string keyType, string fingerprint, string why);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: no login from {Source}: {Reason}")]
    private static partial void LogNoLogin(ILogger logger, string connection, string source, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: penalties: {PenaltySource} is refused from now on ({Reason})")]
    private static partial void LogPenalty(ILogger logger, string connection, string penaltySource, PenaltyReason reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Connection}: unexpected failure of the login from {Source}")]
    private static partial void LogCrash(ILogger logger, string connection, string source, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: ended after {Seconds:0.0} s: {Opened} channels opened, {Refused} refused, {Failed} failed; {Received} octets received, {Sent} sent: {Reason}")]
    private static partial void LogEnded(ILogger logger, string connection, double seconds, long opened, long refused, long failed, long received, long sent, string reason);
}
