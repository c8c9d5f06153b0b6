using System.Security.Cryptography;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.Http;
using Adit.Wire.HttpProxy;

namespace Adit.Proxies.Clients;

/// <summary>The client of an HTTP proxy that knows CONNECT (RFC 9110 §9.3.6), in the clear, within TLS, or upgraded to TLS (RFC 2817).</summary>
public sealed class ConnectClient : ProxyClient
{
    /// <summary>Ours: octets read at once.</summary>
    private const int BufferLength = 4096;

    /// <summary>Ours: how long the rest of a refusal's words is awaited.</summary>
    private static readonly TimeSpan PatienceForWords = TimeSpan.FromSeconds(2);

    private readonly ConnectSecurity _security;
    private readonly TlsClientOptions? _tls;
    private readonly HttpAuthenticator? _authenticator;

    /// <summary>Makes a client; connects nothing yet.</summary>
    /// <param name="security">How the way to the proxy is protected.</param>
    /// <param name="options">The proxy.</param>
    /// <param name="tls">What is expected of the proxy's certificate; null for <see cref="ConnectSecurity.None"/>.</param>
    /// <param name="previous">Dials the proxy.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.BadConfiguration"/>: the user name cannot be told to such a proxy.</exception>
    public ConnectClient(ConnectSecurity security, ProxyClientOptions options, TlsClientOptions? tls, IStreamDialer previous)
        : base(options, previous)
    {
        if (security != ConnectSecurity.None) ArgumentNullException.ThrowIfNull(tls);
        _security = security;
        _tls = tls;
        if (options.Credentials is not { } credentials) return;
        // RFC 7617 §2: what stands behind the first colon is the password.
        if (credentials.User.Contains(':', StringComparison.Ordinal)) throw Failed(TunnelError.BadConfiguration, "user: expected no colon in it");
        _authenticator = new HttpAuthenticator(credentials, () => RandomNumberGenerator.GetHexString(32, lowercase: true));
    }

    private protected override async Task<DuplexStream> OpenAsync(TcpDestination to, CancellationToken cancellationToken)
    {
        if (to.Port == 0 || !HttpAuthority.TryParse(to.ToString(), null, out HttpAuthority target)) throw Failed(TunnelError.NotSupported, $"{to}: expected a host and port that HTTP can name");
        DuplexStream stream = await ConnectAsync(to, cancellationToken).ConfigureAwait(false);
        try
        {
            var handshake = new ConnectHandshake(target, _authenticator, _security == ConnectSecurity.Upgrade);
            byte[] buffer = new byte[BufferLength];
            while (true)
            {
                (ConnectEvent found, int consumed, int count) = await StepAsync(stream, handshake, buffer, cancellationToken).ConfigureAwait(false);
                switch (found)
                {
                    case ConnectEvent.Succeeded:
                        return PrefixedStream.Of(stream, buffer.AsSpan(consumed, count - consumed));
                    case ConnectEvent.Failed:
                        throw Refused(to, handshake.Refusal, handshake.Words);
                    case ConnectEvent.Reconnect:
                        await stream.DisposeAsync().ConfigureAwait(false);
                        stream = await ConnectAsync(to, cancellationToken).ConfigureAwait(false);
                        break;
                }
            }
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (e is TunnelException { Hop: null } lost) throw Lost(to, lost);
            throw;
        }
    }

    /// <summary>Sends what is to be sent and takes what comes.</summary>
    private static async ValueTask<(ConnectEvent Found, int Consumed, int Count)> StepAsync(DuplexStream stream, ConnectHandshake handshake, byte[] buffer, CancellationToken cancellationToken)
    {
        using CancellationTokenSource? words = handshake.IsRefused ? CancellationTokenSource.CreateLinkedTokenSource(cancellationToken) : null;
        words?.CancelAfter(PatienceForWords);
        CancellationToken token = words?.Token ?? cancellationToken;
        int count;
        try
        {
            byte[] output = handshake.TakeOutput();
            if (output.Length > 0) await stream.WriteAsync(output, token).ConfigureAwait(false);
            count = await stream.ReadAsync(buffer, token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TunnelException { Error: TunnelError.Reset or TunnelError.ConnectionLost } || (e is OperationCanceledException && words is not null && !cancellationToken.IsCancellationRequested))
        {
            ConnectEvent last = handshake.ReceiveEnd();
            if (last == ConnectEvent.Failed && !handshake.HasAnswer) throw;
            return (last, 0, 0);
        }

        if (count == 0) return (handshake.ReceiveEnd(), 0, 0);
        for (int taken = 0; ;)
        {
            ConnectEvent found = handshake.Receive(buffer.AsSpan(taken, count - taken), out int consumed);
            taken += consumed;
            if (found != ConnectEvent.NeedMore || taken == count) return (found, taken, count);
            // Octets that came before the next request is out.
            byte[] output = handshake.TakeOutput();
            if (output.Length > 0) await stream.WriteAsync(output, token).ConfigureAwait(false);
        }
    }

    /// <summary>Opens a stream to the proxy, protected as it should be.</summary>
    private async Task<DuplexStream> ConnectAsync(TcpDestination to, CancellationToken cancellationToken)
    {
        DuplexStream stream = await DialProxyAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_security == ConnectSecurity.Upgrade) await UpgradeAsync(to, stream, cancellationToken).ConfigureAwait(false);
            return _security == ConnectSecurity.None ? stream : await TlsLayer.ConnectAsync(stream, _tls!, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            if (e is TunnelException { Hop: null } failure) throw Failed(failure.Error, $"proxy: {failure.Message}", failure);
            throw;
        }
    }

    private async Task UpgradeAsync(TcpDestination to, DuplexStream stream, CancellationToken cancellationToken)
    {
        var handshake = new UpgradeHandshake(new HttpAuthority(Options.Proxy.Host, Options.Proxy.Port));
        await stream.WriteAsync(handshake.TakeOutput(), cancellationToken).ConfigureAwait(false);
        byte[] buffer = new byte[BufferLength];
        while (true)
        {
            int count = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            ConnectEvent found = count == 0 ? handshake.ReceiveEnd() : handshake.Receive(buffer.AsSpan(0, count));
            if (found == ConnectEvent.Succeeded) return;
            if (found != ConnectEvent.Failed) continue;
            if (handshake.Refusal != ProxyRefusal.NotSupported) throw Refused(to, handshake.Refusal, handshake.Words);
            throw Failed(TunnelError.NotSupported, $"expected the proxy to upgrade to TLS (101), got \"{handshake.Words}\"; nothing secret was sent");
        }
    }

    private TunnelException Refused(TcpDestination to, ProxyRefusal refusal, string words)
    {
        (TunnelError error, string what) = refusal switch
        {
            ProxyRefusal.Malformed => (TunnelError.ProtocolViolation, "no HTTP proxy"),
            ProxyRefusal.CredentialsRequired => (TunnelError.AuthenticationFailed, Options.Credentials is null
                ? "authentication: the proxy asks for a user and password, expected ?auth=FILE or user:password@ in the hop"
                : "authentication: the proxy offers neither Digest nor Basic"),
            ProxyRefusal.CredentialsRefused => (TunnelError.AuthenticationFailed, "authentication: the proxy does not take this user and password"),
            ProxyRefusal.Denied => (TunnelError.PermissionDenied, "proxy refused"),
            ProxyRefusal.NameNotResolved => (TunnelError.NameNotResolvedAtPeer, "name not resolved at the proxy"),
            ProxyRefusal.ConnectionRefused => (TunnelError.ConnectionRefused, "target refused the connection"),
            ProxyRefusal.Unreachable => (TunnelError.Unreachable, "target unreachable"),
            ProxyRefusal.TimedOut => (TunnelError.TimedOut, "target did not answer"),
            ProxyRefusal.NotSupported => (TunnelError.NotSupported, "the proxy does not do this"),
            _ => (TunnelError.RefusedByHop, "proxy refused"),
        };
        return Failed(error, $"{to}: {what}: {words}");
    }
}
