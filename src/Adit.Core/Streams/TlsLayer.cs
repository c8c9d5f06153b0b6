using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Adit.Core.Certificates;

namespace Adit.Core.Streams;

/// <summary>
/// TLS (1.2 and 1.3, RFC 5246 and 8446) over any stream. Owns the stream below.
/// </summary>
/// <remarks>
/// Theory of operation: the directions end separately, as RFC 8446 §6.1 has it: <see cref="CompleteWritesAsync"/> sends close_notify and leaves the stream
/// below open, for a peer may take its end (FIN) for the end of everything; reading goes on until the peer's own close_notify. A peer that ends the
/// stream below without one is taken at its word, as many programs never send one; <see cref="WasTruncated"/> tells, for who must know. While a read
/// waits over a stream that can wait without a buffer (<see cref="IReadyStream"/>), none is held. Certificates are judged from what the peer sent and what
/// is on this machine: nothing is fetched.
/// </remarks>
public sealed class TlsLayer : DuplexStream
{
    private readonly DuplexStream _below;
    private readonly BelowStream _pipe;
    private readonly SslStream _tls;
    private readonly string _where;
    private int _writesCompleted;
    private int _disposed;
    private TunnelError? _aborted;

    private TlsLayer(DuplexStream below, string where)
    {
        _below = below;
        _where = where;
        _pipe = new BelowStream(below);
        _tls = new SslStream(_pipe, leaveInnerStreamOpen: false);
    }

    /// <summary>The protocol that both sides agreed on (ALPN); empty if none.</summary>
    public SslApplicationProtocol ApplicationProtocol => _tls.NegotiatedApplicationProtocol;

    /// <summary>The version of TLS.</summary>
    public SslProtocols Protocol => _tls.SslProtocol;

    /// <summary>The name that the client sent (SNI); "" if none.</summary>
    public string ServerName => _tls.TargetHostName;

    /// <summary>Whether the stream below ended without close_notify: somebody in between may have cut it.</summary>
    public bool WasTruncated { get; private set; }

    /// <summary>Meets the server at the other end of a stream.</summary>
    /// <param name="below">The stream; owned from here on, ended when this fails.</param>
    /// <param name="options">What is expected of the server.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">
    /// <see cref="TunnelError.CertificateNotTrusted"/>: the server is not the one that is meant; <see cref="TunnelError.ProtocolViolation"/>: it speaks no TLS,
    /// or no version in common; or the stream below failed.
    /// </exception>
    public static async Task<TlsLayer> ConnectAsync(DuplexStream below, TlsClientOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(below);
        ArgumentNullException.ThrowIfNull(options);
        var layer = new TlsLayer(below, $"tls: {options.ServerName}");
        string? distrust = null;
        SslClientAuthenticationOptions client = AuthenticationOf(options, why => distrust = why);
        try
        {
            await layer._tls.AuthenticateAsClientAsync(client, cancellationToken).ConfigureAwait(false);
            return layer;
        }
        catch (Exception e) when (e is not ArgumentException)
        {
            await layer.DisposeAsync().ConfigureAwait(false);
            if (distrust is not null) throw new TunnelException(TunnelError.CertificateNotTrusted, $"{layer._where}: certificate: {distrust}", null, e);
            if (layer.HandshakeFailure(e) is { } failure) throw failure;
            throw;
        }
    }

    /// <summary>The same expectations of a server for a client of the framework that speaks TLS by itself.</summary>
    /// <param name="options">What is expected.</param>
    /// <param name="distrusted">Told what is wrong with a certificate that was refused.</param>
    public static SslClientAuthenticationOptions AuthenticationOf(TlsClientOptions options, Action<string> distrusted)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(distrusted);
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true };
        if (options.Authorities is { } authorities)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(authorities);
        }

        return new SslClientAuthenticationOptions
        {
            TargetHost = options.ServerName,
            ApplicationProtocols = options.ApplicationProtocols.Count == 0 ? null : [.. options.ApplicationProtocols],
            CertificateChainPolicy = policy,
            ClientCertificateContext = options.Certificate?.Context,
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            {
                string? why = Judge(options, certificate, chain, errors);
                if (why is not null) distrusted(why);
                return why is null;
            },
        };
    }

    /// <summary>Meets a client at the other end of a stream.</summary>
    /// <param name="below">The stream; owned from here on, ended when this fails.</param>
    /// <param name="options">What this side shows.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException"><see cref="TunnelError.ProtocolViolation"/>: no TLS, or no version in common; or the stream below failed.</exception>
    public static async Task<TlsLayer> AcceptAsync(DuplexStream below, TlsServerOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(below);
        ArgumentNullException.ThrowIfNull(options);
        var layer = new TlsLayer(below, "tls");
        var server = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = options.Certificate.Context,
            ApplicationProtocols = options.ApplicationProtocols.Count == 0 ? null : [.. options.ApplicationProtocols],
        };
        try
        {
            await layer._tls.AuthenticateAsServerAsync(server, cancellationToken).ConfigureAwait(false);
            return layer;
        }
        catch (Exception e) when (e is not ArgumentException)
        {
            await layer.DisposeAsync().ConfigureAwait(false);
            if (layer.HandshakeFailure(e) is { } failure) throw failure;
            throw;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            if (_below is IReadyStream || buffer.IsEmpty) await _tls.ReadAsync(Memory<byte>.Empty, cancellationToken).ConfigureAwait(false);
            if (buffer.IsEmpty) return 0;
            int count = await _tls.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0 && _pipe.HasEnded) WasTruncated = true;
            return count;
        }
        catch (Exception e) when (Failure("read", e) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty) return;
        try
        {
            await _tls.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (Failure("write", e) is { } failure)
        {
            throw failure;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask CompleteWritesAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Interlocked.Exchange(ref _writesCompleted, 1) != 0) return;
        try
        {
            await _tls.ShutdownAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // Where the other end is gone already, reading tells it.
        }
    }

    /// <inheritdoc/>
    public override void Abort(TunnelError error)
    {
        _aborted ??= error;
        _below.Abort(error);
    }

    /// <summary>Ends both directions without a word; who means an orderly end has completed its writes.</summary>
    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0) _tls.Dispose();
        base.Dispose(disposing);
    }

    /// <returns>What is wrong; null if nothing.</returns>
    private static string? Judge(TlsClientOptions options, X509Certificate? shown, X509Chain? chain, SslPolicyErrors errors)
    {
        if (options.DangerousAcceptAnyCertificate) return null;
        if (shown is not X509Certificate2 certificate) return "expected one, got none";
        if (options.Pins.Count > 0)
        {
            var pin = Pin.Of(certificate);
            return options.Pins.Contains(pin) ? null : $"pin: expected {string.Join(" or ", options.Pins)}, got {pin}";
        }

        if (errors == SslPolicyErrors.None) return null;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return $"name: expected {options.ServerName}, got {Shown(certificate.GetNameInfo(X509NameType.DnsName, false))} (pin {Pin.Of(certificate)})";
        }

        string why = chain?.ChainStatus.Select(s => s.StatusInformation.Trim()).FirstOrDefault(s => s.Length > 0) ?? errors.ToString();
        return $"chain: expected a trusted authority, got: {Shown(why)} (pin {Pin.Of(certificate)})";
    }

    private static string Shown(string text) => string.Concat(text.Take(100).Select(c => char.IsControl(c) ? '?' : c));

    private TunnelException? HandshakeFailure(Exception e) => e switch
    {
        TunnelException or OperationCanceledException => null,
        AuthenticationException => new TunnelException(TunnelError.ProtocolViolation, $"{_where}: handshake: expected TLS in common, got: {Shown((e.InnerException ?? e).Message)}", null, e),
        _ when _pipe.HasEnded => new TunnelException(TunnelError.ConnectionLost, $"{_where}: handshake: expected an answer, got the end of the stream", null, e),
        IOException or InvalidOperationException or ObjectDisposedException =>
            new TunnelException(TunnelError.ProtocolViolation, $"{_where}: handshake: expected TLS, got: {Shown(e.Message)}", null, e),
        _ => null,
    };

    private TunnelException? Failure(string what, Exception e) => e switch
    {
        OperationCanceledException => null,
        _ when _aborted is { } error => new TunnelException(error, $"{_where}: {what}: the stream was aborted", null, e),
        TunnelException => null,
        ObjectDisposedException => new TunnelException(TunnelError.Closed, $"{_where}: {what}: the stream is closed", null, e),
        InvalidOperationException when _writesCompleted != 0 => new TunnelException(TunnelError.Closed, $"{_where}: {what}: this direction was ended", null, e),
        _ when _pipe.HasEnded => new TunnelException(TunnelError.ConnectionLost, $"{_where}: {what}: expected a whole record, got the end of the stream", null, e),
        IOException or InvalidOperationException => new TunnelException(TunnelError.ProtocolViolation, $"{_where}: {what}: {Shown((e.InnerException ?? e).Message)}", null, e),
        _ => null,
    };

    /// <summary>The stream below, with a note whether it ended.</summary>
    private sealed class BelowStream(DuplexStream below) : Stream
    {
        public bool HasEnded { get; private set; }

        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            !buffer.IsEmpty ? ReadAndNoteAsync(buffer, cancellationToken)
            : below is IReadyStream ready ? WaitAsync(ready, cancellationToken) : new ValueTask<int>(0);

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => below.WriteAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        public override void Write(byte[] buffer, int offset, int count) => WriteAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

        public override void Flush()
        {
        }

        public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing) below.Dispose();
            base.Dispose(disposing);
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private static async ValueTask<int> WaitAsync(IReadyStream ready, CancellationToken cancellationToken)
        {
            await ready.WaitReadableAsync(cancellationToken).ConfigureAwait(false);
            return 0;
        }

        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        private async ValueTask<int> ReadAndNoteAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            int count = await below.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (count == 0) HasEnded = true;
            return count;
        }
    }
}
