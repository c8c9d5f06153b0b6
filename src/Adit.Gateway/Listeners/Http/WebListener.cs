using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Adit.Core;
using Adit.Core.Certificates;
using Adit.Core.Streams;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Adit.Gateway.Listeners.Http;

/// <summary>
/// The <c>ws</c>, <c>wss</c>, <c>http</c> and <c>https</c> listeners of one address and port: the web server of ASP.NET, alone, without a host, a container or
/// configuration around it. Disposing stops listening; what was accepted goes on until it ends or <see cref="ReleaseAsync"/>.
/// </summary>
internal sealed class WebListener : IGatewayListener
{
    // Ours: streams handed over that the gateway has not taken yet.
    private const int MostPending = 64;

    private readonly Channel<Incoming> _accepted = Channel.CreateBounded<Incoming>(MostPending);
    private readonly CancellationTokenSource _cut = new();
    private readonly KestrelServer _server;
    private readonly CarrierApplication _application;
    private readonly IReadOnlyList<Socket> _sockets;
    private readonly KeyedCertificate? _certificate;
    private Task? _stopping;

    private WebListener(WebListenerOptions options, IReadOnlyList<Socket> sockets)
    {
        _sockets = sockets;
        _certificate = options.Certificate;
        IPEndPoint[] endPoints = [.. sockets.Select(s => (IPEndPoint)s.LocalEndPoint!)];
        Places = [.. endPoints.SelectMany(e => options.Places.Select(p => p with { Host = e.Address.ToString(), Port = e.Port }))];
        BoundAt = new TcpDestination(options.Places[0].Host, endPoints[0].Port);
        _application = new CarrierApplication(new CarrierRoutes(options.Places), new StrangerAnswer(options.Static), new RequestSource(options.TrustedProxies), _accepted.Writer, options.Lifelines, options.Time);
        ILoggerFactory loggers = options.Loggers is { } given ? new WebLoggers(given) : NullLoggerFactory.Instance;
        var server = new KestrelServerOptions
        {
            AddServerHeader = false,
            AllowSynchronousIO = false,
            ApplicationServices = new LoggersOnly(loggers),
        };
        WebLimits.Apply(server.Limits);
        foreach (IPEndPoint endPoint in endPoints)
        {
            server.Listen(endPoint, listen =>
            {
                listen.Protocols = options.Certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
                if (options.TrustedProxies.Count > 0) listen.Use(next => new ProxiedConnections(next, options.TrustedProxies).OnConnectionAsync);
                if (options.Certificate is { } certificate) listen.Use(next => new WebTls(next, certificate, loggers.CreateLogger("gateway")).OnConnectionAsync);
            });
        }

        var transport = new SocketTransportOptions
        {
            NoDelay = true,
            CreateBoundListenSocket = at => sockets.First(s => s.LocalEndPoint!.Equals(at)),
        };
        _server = new KestrelServer(Options.Create(server), new SocketTransportFactory(Options.Create(transport), loggers), loggers);
    }

    public Destination BoundAt { get; }

    public IReadOnlyList<ListenUri> Places { get; }

    public Pin? Pin => _certificate?.Pin;

    /// <summary>Binds and starts to serve.</summary>
    /// <param name="options">What to serve; its places share an address, a port and whether they are secure.</param>
    /// <param name="cancellationToken">Gives the start up.</param>
    /// <exception cref="TunnelException">The address cannot be listened on.</exception>
    public static async Task<WebListener> StartAsync(WebListenerOptions options, CancellationToken cancellationToken)
    {
        IReadOnlyList<Socket> sockets = await SocketBinder.BindSocketsAsync(new TcpDestination(options.Places[0].Host, options.Places[0].Port), cancellationToken).ConfigureAwait(false);
        var listener = new WebListener(options, sockets);
        try
        {
            await listener._server.StartAsync(listener._application, cancellationToken).ConfigureAwait(false);
            return listener;
        }
        catch
        {
            await listener.DisposeAsync().ConfigureAwait(false);
            await listener.ReleaseAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (await _accepted.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_accepted.Reader.TryRead(out Incoming? incoming)) return incoming;
        }

        return null;
    }

    public ValueTask DisposeAsync()
    {
        if (_stopping is not null) return ValueTask.CompletedTask;
        foreach (Socket socket in _sockets) socket.Dispose();
        _accepted.Writer.TryComplete();
        _application.Dispose();
        _stopping = Task.Run(() => _server.StopAsync(_cut.Token)); // waits for what was accepted
        return ValueTask.CompletedTask;
    }

    public async ValueTask ReleaseAsync()
    {
        await DisposeAsync().ConfigureAwait(false);
        _application.Release();
        await _cut.CancelAsync().ConfigureAwait(false);
        await _stopping!.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _server.Dispose();
        _certificate?.Dispose();
        _cut.Dispose();
    }

    /// <summary>All that the web server asks of a container.</summary>
    private sealed class LoggersOnly(ILoggerFactory loggers) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(ILoggerFactory) ? loggers : null;
    }
}
