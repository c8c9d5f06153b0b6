using System.Net;
using System.Threading.Channels;
using Adit.Carriers.WebSocket;
using Adit.Core;
using Adit.Core.Lifeline;
using Adit.Core.Streams;
using Adit.Wire.WebSocket;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http.Features;

namespace Adit.Gateway.Listeners.Http;

/// <summary>
/// Decides what each request is. Theory of operation: a request for a carrier's path, in one of the forms of docs/HTTP-CARRIERS.md, becomes a stream that goes
/// to the gateway's SSH server like one that came by TCP, and its handler waits until the stream is over. Everything else, the right path in the
/// wrong form included, is a stranger and is answered as a web server with nothing to hide would.
/// </summary>
internal sealed class CarrierApplication : IHttpApplication<IFeatureCollection>, IDisposable
{
    private const string Octets = "application/octet-stream";
    private const int IdLength = 32;
    private const int LongestNumber = 19;
    private static readonly WebSocketStreamOptions FromClient = new() { ExpectsMask = true };
    private static readonly WebSocketStreamOptions InBodies = new();

    private readonly CarrierRoutes _routes;
    private readonly StrangerAnswer _stranger;
    private readonly RequestSource _source;
    private readonly ChannelWriter<Incoming> _accepted;
    private readonly CarrierPairs _pairs;
    private readonly CarrierPolls? _polls;
    private readonly TimeProvider _time;

    public CarrierApplication(CarrierRoutes routes, StrangerAnswer stranger, RequestSource source, ChannelWriter<Incoming> accepted, LifelineAcceptor? lifelines, TimeProvider time)
    {
        _routes = routes;
        _stranger = stranger;
        _source = source;
        _accepted = accepted;
        _pairs = new CarrierPairs(time);
        _polls = lifelines is null ? null : new CarrierPolls(lifelines, source, time);
        _time = time;
    }

    public IFeatureCollection CreateContext(IFeatureCollection contextFeatures) => contextFeatures;

    public void DisposeContext(IFeatureCollection context, Exception? exception)
    {
    }

    public void Dispose()
    {
        _pairs.Dispose();
        _polls?.Dispose();
    }

    /// <summary>Nothing that came by it is of use any more.</summary>
    public void Release() => _polls?.Release();

    public Task ProcessRequestAsync(IFeatureCollection context)
    {
        IHttpRequestFeature request = context.GetRequiredFeature<IHttpRequestFeature>();
        (CarrierForms forms, string below) = _routes.Find(request.Path);
        if (request.QueryString.Length == 0)
        {
            if (forms.HasFlag(CarrierForms.WebSocket) && below.Length == 0 && IsWebSocket(context, request, out bool isUpgrade)) return ServeWebSocketAsync(context, request, isUpgrade);
            if (forms.HasFlag(CarrierForms.Bodies) && ReadId(below, out string id, out string part))
            {
                switch (request.Method, part)
                {
                    case ("POST", ""):
                        return ServeDuplexAsync(context);
                    case ("GET", "down"):
                        return ServeHalfAsync(context, request, id, isDownload: true);
                    case ("POST", "up"):
                        return ServeHalfAsync(context, request, id, isDownload: false);
                    case ("POST", ['p', 'o', 'l', 'l', '/', .. var number]) when _polls is not null && number.Length is > 0 and <= LongestNumber && number.All(char.IsAsciiDigit):
                        return ServePollAsync(_polls, context, _routes.Base(request.Path) + id, number == "0");
                }
            }
        }

        return _stranger.SendAsync(context);
    }

    private static bool IsWebSocket(IFeatureCollection context, IHttpRequestFeature request, out bool isUpgrade)
    {
        isUpgrade = false;
        // RFC 8441 §4
        if (context.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true } connect)
        {
            return string.Equals(connect.Protocol, "websocket", StringComparison.OrdinalIgnoreCase) && request.Headers.SecWebSocketVersion == WebSocketHandshake.Version;
        }

        // RFC 6455 §4.2.1
        isUpgrade = request.Method == "GET"
            && context.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
            && request.Headers.Upgrade.Any(u => string.Equals(u, "websocket", StringComparison.OrdinalIgnoreCase))
            && request.Headers.SecWebSocketVersion == WebSocketHandshake.Version
            && WebSocketHandshake.IsKey(request.Headers.SecWebSocketKey);
        return isUpgrade;
    }

    // "/ID" or "/ID/PART", where ID is 128 bits in hexadecimal.
    private static bool ReadId(string below, out string id, out string part)
    {
        id = part = "";
        if (below.Length <= IdLength || below[0] != '/') return false;
        id = below.Substring(1, IdLength);
        if (!id.All(char.IsAsciiHexDigitLower)) return false;
        if (below.Length == 1 + IdLength) return true;
        if (below[1 + IdLength] != '/') return false;
        part = below[(2 + IdLength)..];
        return true;
    }

    private async Task ServeWebSocketAsync(IFeatureCollection context, IHttpRequestFeature request, bool isUpgrade)
    {
        IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
        // Some clients give up without the subprotocol they ask for; "binary" says what we do anyhow.
        if (request.Headers.SecWebSocketProtocol.SelectMany(p => (p ?? "").Split(',', StringSplitOptions.TrimEntries)).Contains("binary")) response.Headers.SecWebSocketProtocol = "binary";
        if (isUpgrade)
        {
            response.Headers.Upgrade = "websocket";
            response.Headers.SecWebSocketAccept = WebSocketHandshake.AcceptOf(request.Headers.SecWebSocketKey!);
            Stream stream = await context.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync().ConfigureAwait(false);
            await CarryAsync(new UpgradedTransport(stream, context), context, FromClient, "websocket").ConfigureAwait(false);
        }
        else
        {
            response.StatusCode = 200;
            Stream stream = await context.GetRequiredFeature<IHttpExtendedConnectFeature>().AcceptAsync().ConfigureAwait(false);
            await CarryAsync(new UpgradedTransport(stream, context), context, FromClient, "websocket over HTTP/2").ConfigureAwait(false);
        }
    }

    private async Task ServeDuplexAsync(IFeatureCollection context)
    {
        await BeginBodyAsync(context).ConfigureAwait(false);
        await CarryAsync(new PipeTransport(context, context), context, InBodies, "duplex POST").ConfigureAwait(false);
    }

    private async Task ServeHalfAsync(IFeatureCollection context, IHttpRequestFeature request, string id, bool isDownload)
    {
        // The client sends its second request when this one is answered, or without waiting.
        if (isDownload) await BeginBodyAsync(context).ConfigureAwait(false);
        bool joined = await _pairs.JoinAsync(_routes.Base(request.Path) + id, context, isDownload, (upload, download) => CarryAsync(new PipeTransport(upload, download), download, InBodies, "GET and POST")).ConfigureAwait(false);
        if (!joined)
        {
            if (isDownload) context.GetRequiredFeature<IHttpRequestLifetimeFeature>().Abort();
            else await _stranger.SendAsync(context).ConfigureAwait(false);
        }
    }

    private async Task ServePollAsync(CarrierPolls polls, IFeatureCollection context, string id, bool isFirst)
    {
        if (!await polls.ServeAsync(context, id, isFirst).ConfigureAwait(false)) await _stranger.SendAsync(context).ConfigureAwait(false);
    }

    private static async Task BeginBodyAsync(IFeatureCollection context)
    {
        IHttpResponseFeature response = context.GetRequiredFeature<IHttpResponseFeature>();
        response.StatusCode = 200;
        response.Headers.ContentType = Octets;
        response.Headers.CacheControl = "no-store, no-transform";
        response.Headers["X-Accel-Buffering"] = "no"; // nginx
        IHttpResponseBodyFeature body = context.GetRequiredFeature<IHttpResponseBodyFeature>();
        body.DisableBuffering();
        await body.StartAsync().ConfigureAwait(false);
        await body.Writer.FlushAsync().ConfigureAwait(false);
    }

    /// <summary>Hands the stream over and waits for its end.</summary>
    private async Task CarryAsync(FrameTransport transport, IFeatureCollection request, WebSocketStreamOptions options, string form)
    {
        var stream = new WebSocketStream(transport, options with { Name = form }, _time);
        IHttpConnectionFeature at = request.GetRequiredFeature<IHttpConnectionFeature>();
        var local = new TcpDestination((at.LocalIpAddress ?? IPAddress.Any).ToString(), at.LocalPort);
        try
        {
            await _accepted.WriteAsync(new Incoming(stream, local, _source.Of(request), form)).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            stream.Abort(TunnelError.Closed); // the listener stopped
        }

        await stream.Closed.ConfigureAwait(false);
    }
}
