using Adit.Core;
using Adit.Core.Certificates;
using Adit.Core.Streams;
using Adit.Gateway.Configuration;
using Adit.Gateway.Forwards;
using Adit.Gateway.Hops;
using Adit.Gateway.State;
using Adit.Proxies;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Transparent;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Proxying;

/// <summary>A proxy as a configuration has it: its listeners, the hops it dials through, its users, log and nftables rules. Disposing ends all of them.</summary>
public sealed class ProxyServer : IAsyncDisposable
{
    private readonly ProxyService _service;
    private readonly HopChain? _via;
    private readonly AccessLogWriter? _accessLog;
    private readonly KeyedCertificate? _certificate;
    private readonly NftTable? _rules;
    private int _disposed;

    private ProxyServer(ProxyService service, IReadOnlyList<Destination> listening, HopChain? via, AccessLogWriter? accessLog, KeyedCertificate? certificate, NftTable? rules)
    {
        _service = service;
        _via = via;
        _accessLog = accessLog;
        _certificate = certificate;
        _rules = rules;
        Listening = listening;
    }

    /// <summary>Where it listens, ports resolved.</summary>
    public IReadOnlyList<Destination> Listening { get; }

    internal ProxyService Service => _service;

    internal HopChain? Via => _via;

    /// <summary>Connections of clients at this moment.</summary>
    public int ConnectionCount => _service.ConnectionCount;

    /// <summary>The pin of the certificate, for clients; null without TLS.</summary>
    public Pin? Pin => _certificate?.Pin;

    /// <summary>Binds the listeners and serves.</summary>
    /// <param name="configuration">What it does.</param>
    /// <param name="hops">Makes the hops of <see cref="ProxyConfiguration.Via"/>.</param>
    /// <param name="logger">Hears of refusals; null for nobody.</param>
    /// <param name="standardOutput">Where an access log named <c>-</c> goes; not closed.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">A listener, a file or a hop cannot be used.</exception>
    public static async Task<ProxyServer> StartAsync(
        ProxyConfiguration configuration, HopRegistry hops, ILogger? logger = null, Stream? standardOutput = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(hops);
        uint mark = configuration.Transparent == TransparentMode.Off ? 0 : NftRules.OwnMark;
        KeyedCertificate? certificate = configuration.TlsCertificate is { } file ? KeyedCertificate.Load(HomePath.Expand(file)) : null;
        HopChain? via = null;
        AccessLogWriter? accessLog = null;
        ProxyService? service = null;
        try
        {
            via = configuration.Via.Count == 0 ? null : hops.Chain(configuration.Via, new SocketDialer(mark: mark));
            accessLog = configuration.AccessLog is { } log ? new AccessLogWriter(Open(log, standardOutput), configuration.AccessLogIsJson) : null;
            service = new ProxyService(
                new ProxyOptions
                {
                    Rules = configuration.Rules,
                    Users = ProxyUserList.Load(configuration.Users),
                    Limits = configuration.Limits,
                    Via = via,
                    ViaDatagrams = via is { CarriesDatagrams: true } ? via : null,
                    Mark = mark,
                    TrustedProxies = configuration.AcceptProxyProtocol,
                    ProxyHeaderVersion = configuration.SendProxyProtocol,
                    Inspection = configuration.InspectConnect,
                    Tls = certificate is null ? null : async (stream, token) => await TlsLayer.AcceptAsync(stream, new TlsServerOptions { Certificate = certificate }, token).ConfigureAwait(false),
                    RequireTls = configuration.RequireTls,
                    Transparent = configuration.Transparent != TransparentMode.Off,
                    PassUpgrade = configuration.PassUpgrade,
                },
                logger,
                accessLog);
            List<IStreamListener> listeners = await BindAsync(configuration, cancellationToken).ConfigureAwait(false);
            foreach (IStreamListener listener in listeners) service.Add(listener);
            NftTable? rules = configuration.InstallNft
                ? await NftTable.InstallAsync(new NftRules(((TcpDestination)listeners[0].BoundAt).Port, configuration.Transparent == TransparentMode.Tproxy, configuration.NftPorts), logger, cancellationToken).ConfigureAwait(false)
                : null;
            return new ProxyServer(service, [.. listeners.Select(l => l.BoundAt)], via, accessLog, certificate, rules);
        }
        catch
        {
            if (service is not null) await service.DisposeAsync().ConfigureAwait(false);
            if (via is not null) await via.DisposeAsync().ConfigureAwait(false);
            accessLog?.Dispose();
            certificate?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        // First nothing is sent here any more.
        if (_rules is not null) await _rules.DisposeAsync().ConfigureAwait(false);
        await _service.DisposeAsync().ConfigureAwait(false);
        if (_via is not null) await _via.DisposeAsync().ConfigureAwait(false);
        _accessLog?.Dispose();
        _certificate?.Dispose();
    }

    private static async Task<List<IStreamListener>> BindAsync(ProxyConfiguration configuration, CancellationToken cancellationToken)
    {
        var binder = new SocketBinder(spread: true) { Transparent = configuration.Transparent == TransparentMode.Tproxy };
        var listeners = new List<IStreamListener>();
        try
        {
            foreach (ForwardEndpoint at in configuration.Listen)
            {
                Destination place = at.IsUnix ? new UnixDestination(at.Path!) : new TcpDestination(string.IsNullOrEmpty(at.Host) ? "localhost" : at.Host, at.Ports.First);
                listeners.Add(await binder.BindAsync(place, cancellationToken).ConfigureAwait(false));
            }

            return listeners;
        }
        catch
        {
            foreach (IStreamListener each in listeners) await each.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static Stream Open(string log, Stream? standardOutput)
    {
        if (log == "-") return standardOutput ?? Console.OpenStandardOutput();
        try
        {
            // Unbuffered: each line is one write, whole also when others append to the file.
            return new FileStream(HomePath.Expand(log), new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite, BufferSize = 0, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"access log: {log}: expected a file that can be written, got {e.Message}", null, e);
        }
    }
}
