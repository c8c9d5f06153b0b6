using System.Net;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Authentication;
using Adit.Ssh.Channels;
using Adit.Ssh.Keys;
using Adit.Ssh.Transport;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Server;

/// <summary>An authenticated SSH session from the server's side.</summary>
public sealed class SshServerSession : IAsyncDisposable
{
    private SshServerSession(SshConnection connection, LoginResult login, IReadOnlyList<ISshSigner> hostKeys, IPEndPoint? source)
    {
        Connection = connection;
        User = login.User;
        Key = login.Key;
        Permissions = login.Permissions;
        Proofs = login.Proofs;
        HostKeys = hostKeys;
        Source = source;
    }

    /// <summary>The connection: its algorithms, its end, raw channels and requests.</summary>
    public SshConnection Connection { get; }

    /// <summary>The user name that the client gave.</summary>
    public string User { get; }

    /// <summary>The key that logged in, the last one where several were needed; null where another method did.</summary>
    public SshPublicKey? Key { get; }

    /// <summary>What the key permits.</summary>
    public KeyPermissions Permissions { get; }

    /// <summary>What was proven at the login, a line each: the method and, for keys, the key as a line of authorized_keys.</summary>
    public IReadOnlyList<string> Proofs { get; }

    /// <summary>The server's host keys.</summary>
    public IReadOnlyList<ISshSigner> HostKeys { get; }

    /// <summary>Where the client is; null where the carrier does not tell.</summary>
    public IPEndPoint? Source { get; }

    /// <summary>Runs identification, key exchange and authentication over an accepted stream.</summary>
    /// <param name="stream">The stream; owned from here on, also when this fails.</param>
    /// <param name="options">How to behave.</param>
    /// <param name="authority">Knows which keys may log in.</param>
    /// <param name="service">Makes what the session does for its client; installed before the client can ask for anything.</param>
    /// <param name="source">Where the client is; null where the carrier does not tell.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">
    /// AuthenticationFailed: no key was accepted. TimedOut: the login grace time is over. ProtocolViolation, NoCommonAlgorithm, ConnectionLost: as they say.
    /// </exception>
    public static async Task<SshServerSession> AcceptAsync(
        DuplexStream stream,
        SshServerOptions options,
        IUserKeyAuthority authority,
        Func<SshServerSession, IConnectionService> service,
        IPEndPoint? source = null,
        ILogger? logger = null,
        TimeProvider? time = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(service);
        logger ??= NullLogger.Instance;
        var identity = new HostIdentity(options.HostKeys);
        SshTransportOptions transport = options.Transport with
        {
            Algorithms = options.Transport.Algorithms with { HostKey = [.. options.Transport.Algorithms.HostKey.Where(identity.Has)] },
            HandshakeTimeout = options.LoginGraceTime,
        };
        var connection = new SshConnection(stream, isClient: false, transport, options.Limits, identity, logger, time);
        using var grace = options.LoginGraceTime > TimeSpan.Zero ? new CancellationTokenSource(options.LoginGraceTime, time ?? TimeProvider.System) : new CancellationTokenSource();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(grace.Token, cancellationToken);
        try
        {
            connection.Transport.Start();
            await connection.Transport.Keyed.WaitAsync(limit.Token).ConfigureAwait(false);
            var authenticator = new ServerAuthenticator(connection, options, authority, source, logger);
            LoginResult login = await authenticator.RunAsync(limit.Token).ConfigureAwait(false);
            connection.Apply(authenticator.Rules);
            var session = new SshServerSession(connection, login, options.HostKeys, source);
            connection.Service = service(session);
            // In this order: the client speaks as soon as it has the message.
            connection.EndAuthentication();
            connection.Send(default(UserauthSuccessMessage));
            return session;
        }
        catch (OperationCanceledException e) when (grace.IsCancellationRequested)
        {
            var timeout = new TunnelException(TunnelError.TimedOut, $"ssh: login: expected authentication within {options.LoginGraceTime.TotalSeconds} s, got none", null, e);
            await EndAsync(connection, timeout).ConfigureAwait(false);
            throw timeout;
        }
        catch (Exception e)
        {
            await EndAsync(connection, e).ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Connection.DisposeAsync();

    private static async ValueTask EndAsync(SshConnection connection, Exception reason)
    {
        if (reason is TunnelException or OperationCanceledException) connection.Transport.Fail(reason);
        else connection.Abort();
        await connection.Closed.ConfigureAwait(false);
    }

    private sealed class HostIdentity(IReadOnlyList<ISshSigner> keys) : ITransportIdentity
    {
        public bool Has(string signatureAlgorithm) => FindHostKey(signatureAlgorithm) is not null;

        public ISshSigner? FindHostKey(string signatureAlgorithm) => keys.FirstOrDefault(k => k.PublicKey.SignatureAlgorithms.Contains(signatureAlgorithm));

        public ValueTask VerifyHostKeyAsync(SshPublicKey hostKey, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
