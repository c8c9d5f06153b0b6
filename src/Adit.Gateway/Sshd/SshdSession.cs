using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Admission;
using Adit.Gateway.Serving;
using Adit.Ssh.Channels;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Server.Forwarding;
using Adit.Wire.Ssh;

namespace Adit.Gateway.Sshd;

/// <summary>One connection to the server, from its admission to its end, told in sshd's words.</summary>
internal sealed class SshdSession : IServedConnection, IAsyncDisposable
{
    private readonly SshdContext _context;
    private readonly Incoming _incoming;
    private readonly ISshdLog _log;
    private readonly SshdPeer _peer;
    private readonly SshdLogin _login;
    private ForwardingService? _forwarding;
    private SshConnection? _connection;
    private bool _stopped;

    public SshdSession(SshdContext context, long number, Incoming incoming)
    {
        _context = context;
        _incoming = incoming;
        _log = context.Log;
        _peer = SshdPeer.Of(incoming);
        _login = new SshdLogin(context, _peer);
        Name = $"connection {number}";
        if (context.Config.TcpKeepAlive && incoming.Stream is SocketStream socket) socket.KeepAlive();
    }

    public string Name { get; }

    public async Task RunAsync(PendingLogin login, CancellationToken stopping)
    {
        using (login)
        {
            string on = _peer.Local is { } local ? $" on {SshdPeer.Plain(local.Address)} port {local.Port}" : "";
            _log.Write(SshLogLevel.Verbose, $"Connection from {_peer}{on}");
            if (await LogInAsync(login, stopping).ConfigureAwait(false) is not { } session) return;
            await session.Connection.Closed.ConfigureAwait(false);
            await DisposeAsync().ConfigureAwait(false);
            if (!_stopped) SshdWords.TellEnd(_log, session.Connection.CloseReason, $"user {_login.User}", _peer, "");
            _log.Write(SshLogLevel.Debug1, $"closing connection of {_login.User}: {session.Connection.Octets.Received} octets from the client, {session.Connection.Octets.Sent} to it");
        }
    }

    public async ValueTask StopAsync(string reason)
    {
        _stopped = true;
        if (_connection is { } connection) await connection.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Releases its listeners.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_forwarding is not null) await _forwarding.DisposeAsync().ConfigureAwait(false);
    }

    public void Abort() => _connection?.Abort();

    private async Task<SshServerSession?> LogInAsync(PendingLogin login, CancellationToken stopping)
    {
        try
        {
            SshServerSession session = await SshServerSession.AcceptAsync(
                _incoming.Stream, _context.Server, _login, Serve, _incoming.Source, new SshdLogger(_log), _context.Time, stopping).ConfigureAwait(false);
            login.Succeeded();
            // OpenSSH PROTOCOL §2.5: the client may learn the other keys.
            session.Connection.Notify("hostkeys-00@openssh.com", SshChannel.Encode(new HostKeysFields([.. session.HostKeys.Where(k => k.PublicKey is not SshCertificate).Select(k => k.PublicKey.Blob)])));
            return session;
        }
        catch (OperationCanceledException)
        {
            return null; // the server stops
        }
        catch (TunnelException e)
        {
            bool tried = _login.Failures > 0;
            PenaltyReason reason = e.Error switch
            {
                TunnelError.TimedOut => PenaltyReason.GraceExceeded,
                TunnelError.AuthenticationFailed => PenaltyReason.AuthenticationFailed,
                _ => tried ? PenaltyReason.AuthenticationFailed : PenaltyReason.NoAuthentication,
            };
            string who = _login.User is not { } user ? "" : _login.IsValid ? $"authenticating user {user}" : $"invalid user {user}";
            SshdWords.TellEnd(_log, e, who, _peer, " [preauth]");
            if (login.Failed(reason)) _log.Write(SshLogLevel.Info, $"srclimit_penalise: {login.Source} is refused from now on ({reason})");
        }
        catch (Exception e)
        {
            _log.Write(SshLogLevel.Error, $"{Name}: unexpected failure: {e}");
            login.Failed(PenaltyReason.Crash);
        }

        return null;
    }

    /// <summary>Sets up what the client may do, before it can ask for anything.</summary>
    private SshdService Serve(SshServerSession session)
    {
        _connection = session.Connection;
        bool isRoot = _login.Account!.UserId == 0;
        var policy = new KeyForwardingPolicy(session.Permissions, new SshdForwardingPolicy(_login.Config, isRoot, _log), _context.Time);
        var account = Platform.Libc.FileStatus.CurrentUser == 0 && !isRoot ? _login.Account : null;
        var tunnels = new SshdTunnels(_login.Config, session.Permissions, _login.Account, _context.Time);
        _forwarding = new ForwardingService(
            session.Connection,
            policy,
            new ForwardingOptions
            {
                Name = _login.User!,
                Binder = new SshdBinder(_login.Config, account),
                UnixDialer = new AccountDialer(account),
                Sessions = SshdPrograms.For(session, _login.Config, _login.Account, _peer, tunnels, _log, _context.Time),
                Tunnels = tunnels,
            },
            new SshdLogger(_log));
        return new SshdService(session, _forwarding, _login.Config, _log, _context.Time);
    }
}
