using Adit.Core;
using Adit.Core.Datagrams;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Adit.Ssh.Authentication;
using Adit.Ssh.Channels;
using Adit.Ssh.Keys;
using Adit.Ssh.Transport;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Client;

/// <summary>
/// An authenticated SSH session from the client's side. Dials streams that the server opens (<c>-L</c>, <c>-D</c>, <c>-W</c>), binds listeners at the
/// server (<c>-R</c>), runs commands. Disposing says goodbye and closes everything.
/// </summary>
public sealed partial class SshClient : IRelayDialer, IDatagramDialer, IStreamBinder, IAsyncDisposable
{
    private readonly RemoteListeners _listeners;

    private SshClient(SshConnection connection, RemoteListeners listeners, string authenticationMethod)
    {
        Connection = connection;
        AuthenticationMethod = authenticationMethod;
        _listeners = listeners;
    }

    /// <summary>The connection: its algorithms, its end, raw channels and requests.</summary>
    public SshConnection Connection { get; }

    /// <summary>The method that let the user in last, such as <c>publickey</c>; <c>none</c> where none was needed.</summary>
    public string AuthenticationMethod { get; }

    /// <summary>Serves the agent channels that the server opens (auth-agent@openssh.com) from an agent here, where a session offered it; null refuses them.</summary>
    public IAgentRelay? AgentRelay { get => _listeners.AgentRelay; set => _listeners.AgentRelay = value; }

    /// <summary>Connects by TCP and authenticates.</summary>
    /// <exception cref="TunnelException">The host was not reached, is not the one it should be, or does not let the user in.</exception>
    public static Task<SshClient> ConnectAsync(SshClientOptions options, ILogger? logger = null, CancellationToken cancellationToken = default) =>
        ConnectAsync(new SocketDialer(), options, logger, cancellationToken);

    /// <summary>Connects through a dialer, such as another session's, and authenticates.</summary>
    /// <exception cref="TunnelException">The host was not reached, is not the one it should be, or does not let the user in.</exception>
    public static async Task<SshClient> ConnectAsync(IStreamDialer through, SshClientOptions options, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(through);
        ArgumentNullException.ThrowIfNull(options);
        DuplexStream stream = await through.DialAsync(new DialRequest(new TcpDestination(options.Host, options.Port)), cancellationToken).ConfigureAwait(false);
        return await ConnectAsync(stream, options, logger, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Speaks SSH over a stream and authenticates.</summary>
    /// <param name="stream">The stream to the server; owned from here on, also when this fails.</param>
    /// <param name="options">Whom to reach and as whom.</param>
    /// <param name="logger">Debug words as ssh(1) has them; null for none.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">The host is not the one it should be, or does not let the user in.</exception>
    public static async Task<SshClient> ConnectAsync(DuplexStream stream, SshClientOptions options, ILogger? logger = null, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentNullException.ThrowIfNull(options);
        logger ??= NullLogger.Instance;
        SshTransportOptions transport = options.Transport with
        {
            Algorithms = options.Transport.Algorithms with { HostKey = KnownFirst(options) },
            HandshakeTimeout = options.ConnectTimeout,
        };
        var identity = new HostKeyJudge(options);
        var connection = new SshConnection(stream, isClient: true, transport, options.Limits, identity, logger, time);
        var listeners = new RemoteListeners(connection) { HostKeysAnnounced = options.HostKeysAnnounced };
        connection.Service = listeners;
        try
        {
            connection.Transport.Start();
            await connection.Transport.Keyed.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (options.Keyed is { } keyed) await keyed(connection, cancellationToken).ConfigureAwait(false);
            string method = await new ClientAuthenticator(connection, options, logger, time ?? TimeProvider.System).RunAsync(cancellationToken).ConfigureAwait(false);
            return new SshClient(connection, listeners, method);
        }
        catch (Exception e)
        {
            connection.Disconnect(DisconnectReason.ByApplication, "giving up", e);
            await connection.Closed.ConfigureAwait(false);
            // What the connection died of says more than that it died.
            if (e is not TunnelException && e is not OperationCanceledException) throw new TunnelException(TunnelError.ConnectionLost, $"{options.Host}: {e.Message}", null, e);
            throw;
        }
    }

    /// <summary>Opens a stream at the server (direct-tcpip, direct-streamlocal@openssh.com).</summary>
    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        (string type, byte[] fields) = OpeningOf(request);
        return await Connection.OpenChannelAsync(type, fields, null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens a stream at the server and relays it.</summary>
    /// <inheritdoc/>
    public async Task<RelayResult> DialAndRelayAsync(DialRequest request, DuplexStream local, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(local);
        (string type, byte[] fields) = OpeningOf(request);
        return (await Connection.RelayChannelAsync(type, fields, local, cancellationToken).ConfigureAwait(false)).Mirrored();
    }

    /// <summary>Binds a listener at the server (tcpip-forward, streamlocal-forward@openssh.com). Disposing it cancels the forward there.</summary>
    /// <inheritdoc/>
    public ValueTask<IStreamListener> BindAsync(Destination at, CancellationToken cancellationToken = default) => _listeners.BindAsync(at, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync().ConfigureAwait(false);
        await _listeners.DisposeAsync().ConfigureAwait(false);
    }

    private static (string Type, byte[] Fields) OpeningOf(DialRequest request) => request.To switch
    {
        TcpDestination tcp => ("direct-tcpip", SshChannel.Encode(new TcpipOpenFields(
            tcp.Host, (uint)tcp.Port, request.From?.Address.ToString() ?? "127.0.0.1", (uint)(request.From?.Port ?? 0)))),
        UnixDestination unix => ("direct-streamlocal@openssh.com", SshChannel.Encode(new DirectStreamlocalFields(unix.Path, "", 0))),
        _ => throw new ArgumentException($"ssh: {request.To}: expected a TCP or unix destination", nameof(request)),
    };

    private static List<string> KnownFirst(SshClientOptions options)
    {
        IReadOnlyList<string> offered = options.Transport.Algorithms.HostKey;
        IReadOnlyList<string> known = options.HostKeys.KnownAlgorithms(options.Host, options.Port);
        return [.. offered.Where(known.Contains), .. offered.Where(a => !known.Contains(a))];
    }

    private sealed class HostKeyJudge(SshClientOptions options) : ITransportIdentity
    {
        private SshPublicKey? _verified;

        public ISshSigner? FindHostKey(string signatureAlgorithm) => null;

        public async ValueTask VerifyHostKeyAsync(SshPublicKey hostKey, CancellationToken cancellationToken)
        {
            // A later key exchange shows the same key, or one that must be judged as well.
            if (_verified is not null && _verified.Blob.Span.SequenceEqual(hostKey.Blob.Span)) return;
            await options.HostKeys.VerifyAsync(options.Host, options.Port, hostKey, cancellationToken).ConfigureAwait(false);
            _verified = hostKey;
        }
    }
}
