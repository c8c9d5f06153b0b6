using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using Adit.Carriers.Http.Polls;
using Adit.Carriers.WebSocket;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire;
using Adit.Wire.Http;
using Adit.Wire.WebSocket;

namespace Adit.Carriers.Http;

/// <summary>Opens a carrier by one rung, without a probe.</summary>
/// <param name="options">Where and how.</param>
/// <param name="previous">Dials the gateway, or the upstream proxy.</param>
/// <param name="time">The clock of heartbeats.</param>
internal sealed class HttpOpener(HttpCarrierOptions options, IStreamDialer previous, TimeProvider? time)
{
    private readonly HttpRequests _requests = new(options);
    private readonly WebSocketStreamOptions _bodies = new() { Name = options.Name, IsClient = true };
    private readonly WebSocketStreamOptions _frames = new() { Name = options.Name, IsClient = true, MasksOutgoing = true };

    private HttpUpstreamProxy? Proxy => options.Tls is null ? options.Proxy : null;

    /// <summary>Opens one.</summary>
    /// <exception cref="TunnelException">The rung does not lead there.</exception>
    public Task<WebSocketStream> OpenAsync(HttpRung rung, CancellationToken cancellationToken) => rung switch
    {
        HttpRung.ExtendedConnect => OpenExtendedConnectAsync(cancellationToken),
        HttpRung.WebSocket => OpenWebSocketAsync(cancellationToken),
        HttpRung.Duplex => OpenDuplexAsync(cancellationToken),
        HttpRung.Pair => OpenPairAsync(cancellationToken),
        _ => throw new ArgumentOutOfRangeException(nameof(rung)),
    };

    /// <summary>Opens the mailbox of the long-polls.</summary>
    /// <exception cref="TunnelException">The rung does not lead there.</exception>
    public Task<HttpPollMailbox> OpenMailboxAsync(CancellationToken cancellationToken) => HttpPollMailbox.OpenAsync(
        options, token => ConnectAsync(Proxy, token), (id, number, length) => _requests.Poll(id, number, length, Proxy), time ?? TimeProvider.System, cancellationToken);

    private async Task<WebSocketStream> OpenExtendedConnectAsync(CancellationToken cancellationToken)
    {
        if (options.Tls is not { } tls) throw new TunnelException(TunnelError.NotSupported, "expected TLS beneath HTTP/2, got none");
        string? distrust = null;
        DuplexStream? below = null;
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            InitialHttp2StreamWindowSize = 4 * 1024 * 1024, // ours: 40 MB/s over 100 ms at once; it grows
            SslOptions = TlsLayer.AuthenticationOf(tls with { ApplicationProtocols = [] }, why => distrust = why),
            ConnectCallback = async (_, token) => below = await (options.Tunnel ?? previous).DialAsync(new DialRequest(new TcpDestination(options.Host, options.Port)), token).ConfigureAwait(false),
        };
        var invoker = new HttpMessageInvoker(handler);
        try
        {
            string host = tls.ServerName.Contains(':', StringComparison.Ordinal) ? $"[{tls.ServerName}]" : tls.ServerName;
            var request = new HttpRequestMessage(HttpMethod.Connect, new Uri($"https://{host}:{options.Port}{(options.Path.Length == 0 ? "/" : options.Path)}"))
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.Protocol = "websocket"; // RFC 8441 §4
            request.Headers.TryAddWithoutValidation("sec-websocket-version", WebSocketHandshake.Version);
            HttpResponseMessage response = await invoker.SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK) throw Refused("200", (int)response.StatusCode, response.ReasonPhrase ?? "");
            Stream stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            return new WebSocketStream(new FrameworkTransport(stream, invoker, e => below?.Abort(e)), _frames, time);
        }
        catch (Exception e)
        {
            invoker.Dispose();
            if (distrust is not null) throw new TunnelException(TunnelError.CertificateNotTrusted, $"tls: {tls.ServerName}: certificate: {distrust}", null, e);
            if (Innermost(e) is { } known) throw new TunnelException(known.Error, known.Message, known.Hop, e);
            if (e is HttpRequestException request) throw new TunnelException(ErrorOf(request), Describe(request), null, e);
            throw;
        }
    }

    private async Task<WebSocketStream> OpenWebSocketAsync(CancellationToken cancellationToken)
    {
        using ExchangeGuard guard = new(await ConnectAsync(null, cancellationToken).ConfigureAwait(false));
        HttpExchange exchange = guard.Exchange;
        string key = WebSocketHandshake.KeyOf(RandomNumberGenerator.GetBytes(16));
        await exchange.SendAsync(_requests.WebSocket(key), cancellationToken).ConfigureAwait(false);
        HttpResponseHead head = await exchange.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        if (head.StatusCode != 101) throw Refused("101", head.StatusCode, head.Reason);
        // RFC 6455 §4.1
        if (!head.Fields.HasElement("Upgrade", "websocket") || !head.Fields.HasElement("Connection", "upgrade") || head.Fields.Find("Sec-WebSocket-Accept") != WebSocketHandshake.AcceptOf(key))
        {
            throw new TunnelException(TunnelError.ProtocolViolation, "response: expected an upgrade to websocket that accepts our key, got another");
        }

        if (head.Fields.Find("Sec-WebSocket-Extensions") is not null) throw new TunnelException(TunnelError.ProtocolViolation, "response: expected no extensions, which were not offered, got some");
        guard.Keep();
        return new WebSocketStream(new StreamTransport(exchange.Stream, exchange.Early), _frames, time);
    }

    private async Task<WebSocketStream> OpenDuplexAsync(CancellationToken cancellationToken)
    {
        using ExchangeGuard guard = new(await ConnectAsync(Proxy, cancellationToken).ConfigureAwait(false));
        HttpExchange exchange = guard.Exchange;
        HttpRequestHead request = _requests.Post(HttpRequests.NewId(), "", Proxy);
        await exchange.SendAsync(request, cancellationToken).ConfigureAwait(false);
        HttpResponseHead head = await exchange.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        BodyReader reader = BodyOf(exchange, request.Method, head);
        // Measured with 1.22: it passes small frames both ways, and no more of a request's body once its buffers were full. No probe of a bearable length shows it.
        if (options.Rungs.Count > 1 && head.Fields.Find("Server") is { } server && server.StartsWith("nginx", StringComparison.OrdinalIgnoreCase))
        {
            throw new TunnelException(TunnelError.NotSupported, "expected a proxy that takes a request while it answers, got nginx, which stops");
        }

        guard.Keep();
        return new WebSocketStream(new BodyTransport(exchange.Stream, exchange.Stream, reader), _bodies, time);
    }

    private async Task<WebSocketStream> OpenPairAsync(CancellationToken cancellationToken)
    {
        string id = HttpRequests.NewId();
        using ExchangeGuard down = new(await ConnectAsync(Proxy, cancellationToken).ConfigureAwait(false));
        HttpRequestHead get = _requests.Get(id, "/down", Proxy);
        await down.Exchange.SendAsync(get, cancellationToken).ConfigureAwait(false);
        HttpResponseHead head = await down.Exchange.ReceiveAsync(cancellationToken).ConfigureAwait(false);
        BodyReader reader = BodyOf(down.Exchange, get.Method, head);
        using ExchangeGuard up = new(await ConnectAsync(Proxy, cancellationToken).ConfigureAwait(false));
        await up.Exchange.SendAsync(_requests.Post(id, "/up", Proxy), cancellationToken).ConfigureAwait(false);
        down.Keep();
        up.Keep();
        var stream = new WebSocketStream(new BodyTransport(up.Exchange.Stream, down.Exchange.Stream, reader), _bodies, time);
        _ = WatchAsync(up.Exchange, stream);
        return stream;
    }

    /// <summary>The upload is answered once it is over. An answer before says that it does not arrive.</summary>
    private static async Task WatchAsync(HttpExchange up, WebSocketStream stream)
    {
        try
        {
            HttpResponseHead head = await up.ReceiveAsync(CancellationToken.None).ConfigureAwait(false);
            if (head.StatusCode is < 200 or > 299) stream.Abort(TunnelError.ConnectionLost);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            if (!stream.Closed.IsCompleted && !stream.IsClosing) stream.Abort(TunnelError.ConnectionLost);
        }
    }

    private BodyReader BodyOf(HttpExchange exchange, string method, in HttpResponseHead head)
    {
        if (head.StatusCode != 200) throw Refused("200", head.StatusCode, head.Reason);
        if (HttpBody.TryOf(head, method, out HttpBody body, out string fault) != DecodeStatus.Ok) throw new TunnelException(TunnelError.ProtocolViolation, $"response: {fault}");
        return body.Kind is HttpBodyKind.Chunked or HttpBodyKind.UntilClose
            ? new BodyReader(exchange.Stream, body, exchange.Early, options.Name)
            : throw new TunnelException(TunnelError.NotSupported, "response: expected a body that goes on, got one of a fixed length");
    }

    /// <summary>A connection to the gateway, or to the proxy that is asked for it.</summary>
    private async Task<HttpExchange> ConnectAsync(HttpUpstreamProxy? proxy, CancellationToken cancellationToken)
    {
        if (proxy is not null)
        {
            return new HttpExchange(await previous.DialAsync(new DialRequest(new TcpDestination(proxy.Host, proxy.Port)), cancellationToken).ConfigureAwait(false), options.Name);
        }

        DuplexStream stream = await (options.Tunnel ?? previous).DialAsync(new DialRequest(new TcpDestination(options.Host, options.Port)), cancellationToken).ConfigureAwait(false);
        if (options.Tls is { } tls) stream = await TlsLayer.ConnectAsync(stream, tls with { ApplicationProtocols = [SslApplicationProtocol.Http11] }, cancellationToken).ConfigureAwait(false);
        return new HttpExchange(stream, options.Name);
    }

    /// <summary>What an answer that is not the expected one means.</summary>
    internal static TunnelException Refused(string expected, int code, string reason) => new(
        code switch { 401 or 403 or 407 or 511 => TunnelError.PermissionDenied, 502 or 503 or 504 => TunnelError.Unreachable, _ => TunnelError.NotSupported },
        $"response: expected {expected}, got {code} {new string([.. reason.Take(100).Select(c => char.IsControl(c) ? '?' : c)])}".TrimEnd());

    private static TunnelException? Innermost(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
            if (e is TunnelException known) return known;
        return null;
    }

    private static TunnelError ErrorOf(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.ExtendedConnectNotSupported or HttpRequestError.VersionNegotiationError => TunnelError.NotSupported,
        HttpRequestError.SecureConnectionError => TunnelError.ProtocolViolation,
        _ => TunnelError.ConnectionLost,
    };

    private static string Describe(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.ExtendedConnectNotSupported => "expected a server of RFC 8441, got one of HTTP/2 alone",
        HttpRequestError.VersionNegotiationError => "expected HTTP/2, got HTTP/1.1 (ALPN)",
        _ => (e.InnerException ?? e).Message,
    };

    /// <summary>Ends an exchange that nobody took over.</summary>
    private sealed class ExchangeGuard(HttpExchange exchange) : IDisposable
    {
        private bool _kept;

        public HttpExchange Exchange => exchange;

        public void Keep() => _kept = true;

        public void Dispose()
        {
            if (!_kept) exchange.Dispose();
        }
    }
}
