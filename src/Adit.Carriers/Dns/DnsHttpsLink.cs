using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Wire.Dns;

namespace Adit.Carriers.Dns;

/// <summary>A resolver that is asked by DNS over HTTPS (RFC 8484): each query the body of a POST, many of them on one connection of HTTP/2, which the framework keeps.</summary>
/// <remarks>Identifiers are 0 (RFC 8484 §4.1), since the request tells what is answered. Nobody is followed elsewhere: a redirection is no answer.</remarks>
internal sealed class DnsHttpsLink : DnsLink
{
    /// <summary>Ours: the longest that an answer is of use to anybody.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(12);

    private const string MediaType = "application/dns-message";

    private readonly Uri _place;
    private readonly HttpMessageInvoker _invoker;
    private readonly CancellationTokenSource _stopping = new();
    private readonly SocketDialer _dialer = new();
    private string? _distrust;

    public DnsHttpsLink(DnsResolver resolver, IDnsAnswerSink sink)
        : base(resolver, sink)
    {
        TlsClientOptions tls = resolver.Tls!;
        string host = tls.ServerName.Contains(':', StringComparison.Ordinal) ? $"[{tls.ServerName}]" : tls.ServerName;
        _place = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://{host}:{resolver.Port}{resolver.Path}"));
        _invoker = new HttpMessageInvoker(new SocketsHttpHandler
        {
            UseProxy = false,
            UseCookies = false,
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true, // resolvers take 100 streams on each
            MaxConnectionsPerServer = 3,
            InitialHttp2StreamWindowSize = 128 * 1024, // an answer has 64 KiB at most
            KeepAlivePingDelay = TimeSpan.FromSeconds(3), // a connection that is dead is found out before the mailbox is taken for it
            KeepAlivePingTimeout = TimeSpan.FromSeconds(4),
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(2),
            SslOptions = TlsLayer.AuthenticationOf(tls with { ApplicationProtocols = [] }, why => _distrust = why),
            ConnectCallback = async (_, token) => await _dialer.DialAsync(new DialRequest(new TcpDestination(resolver.Host, resolver.Port)), token).ConfigureAwait(false),
        });
    }

    protected override bool HasNoIdentifiers => true;

    protected override int Choose(bool isStream) => 0;

    protected override void Dispatch(int channel, int key, ReadOnlySpan<byte> query)
    {
        byte[] body = query.ToArray();
        _ = Task.Run(() => AskAsync(key, body));
    }

    protected override async ValueTask CloseAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _invoker.Dispose();
    }

    private async Task AskAsync(int key, byte[] query)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        timeout.CancelAfter(Patience);
        byte[] room = ArrayPool<byte>.Shared.Rent(DnsMessage.MaximumLength + 1);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _place)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ByteArrayContent(query) { Headers = { ContentType = new MediaTypeHeaderValue(MediaType) } },
            };
            request.Headers.TryAddWithoutValidation("Accept", MediaType);
            using HttpResponseMessage response = await _invoker.SendAsync(request, timeout.Token).ConfigureAwait(false);
            if (response.StatusCode != HttpStatusCode.OK || response.Content.Headers.ContentType?.MediaType != MediaType)
            {
                Problem = new TunnelException(TunnelError.ProtocolViolation, $"{Resolver}: expected 200 with {MediaType}, got {(int)response.StatusCode} with {response.Content.Headers.ContentType?.MediaType ?? "nothing"}");
                return; // no answer, so it is missed in its time
            }

            await using Stream body = await response.Content.ReadAsStreamAsync(timeout.Token).ConfigureAwait(false);
            int length = await body.ReadAtLeastAsync(room.AsMemory(0, DnsMessage.MaximumLength + 1), DnsMessage.MaximumLength + 1, throwOnEndOfStream: false, timeout.Token).ConfigureAwait(false);
            if (length > DnsMessage.MaximumLength) return;
            Problem = null;
            TakeAnswer(room.AsSpan(0, length), key, isStream: true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException or ObjectDisposedException or TunnelException)
        {
            if (timeout.IsCancellationRequested) return;
            Problem = _distrust is { } why ? new TunnelException(TunnelError.CertificateNotTrusted, $"{Resolver}: certificate: {why}", null, e) : new TunnelException(TunnelError.Unreachable, $"{Resolver}: {(e.InnerException ?? e).Message}", null, e);
            Broke(isStream: true);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }
}
