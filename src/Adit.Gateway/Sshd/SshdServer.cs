using System.Net;
using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Gateway.Serving;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;
using Adit.Ssh.Keys;

namespace Adit.Gateway.Sshd;

/// <summary>
/// A stand-in for sshd(8). Everything a start can fail at fails in <see cref="Load"/> and <see cref="ListenAsync"/>; a reload reads everything again
/// for connections to come. Disposing stops listening and ends every connection.
/// </summary>
public sealed class SshdServer : IAsyncDisposable
{
    private readonly SshdOptions _options;
    private readonly ISshdLog _log;
    private readonly TimeProvider _time;
    private readonly ConnectionHost _host;
    private readonly List<IPEndPoint> _listening = [];
    private readonly List<SshPrivateKey> _keys = [];
    private SshdContext _context;

    private SshdServer(SshdOptions options, ISshdLog log, TimeProvider time)
    {
        _options = options;
        _log = log;
        _time = time;
        _context = new SshdContext(options, log, time);
        _keys.AddRange(_context.HostKeys);
        _host = new ConnectionHost((number, incoming) => new SshdSession(_context, number, incoming), TellRefused, new SshdLogger(log), time);
    }

    /// <summary>The options outside Match blocks.</summary>
    public SshdConfig Config => _context.Config;

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<IPEndPoint> Listening => _listening;

    /// <summary>Reads the configuration and the host keys.</summary>
    /// <exception cref="TunnelException">BadConfiguration: something is wrong; the message is sshd's, perhaps of several lines.</exception>
    public static SshdServer Load(SshdOptions options, ISshdLog log, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(log);
        return new SshdServer(options, log, time ?? TimeProvider.System);
    }

    /// <summary>Binds every address and starts to serve.</summary>
    /// <exception cref="TunnelException">No address could be bound.</exception>
    public async Task ListenAsync(CancellationToken cancellationToken = default)
    {
        var listeners = new List<IStreamListener>();
        foreach (IPEndPoint at in await AddressesAsync(Config, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                listeners.Add(await new SocketBinder().BindAsync(new TcpDestination(at.Address.ToString(), at.Port), cancellationToken).ConfigureAwait(false));
                _listening.Add(at);
                _log.Write(SshLogLevel.Info, $"Server listening on {at.Address} port {at.Port}.");
            }
            catch (TunnelException e)
            {
                string why = e.InnerException is SocketException s ? s.SocketErrorCode.ToText() : e.Message;
                _log.Write(SshLogLevel.Error, $"Bind to port {at.Port} on {at.Address} failed: {why}.");
            }
        }

        if (listeners.Count == 0) throw new TunnelException(TunnelError.AddressInUse, "Cannot bind any address.");
        foreach (IStreamListener listener in listeners) _host.Listen(listener, _context.Gate);
    }

    /// <summary>Serves one connection to its end.</summary>
    /// <param name="stream">The stream; owned from here on.</param>
    /// <param name="source">Where the client is; null where the carrier does not tell.</param>
    public Task ServeAsync(DuplexStream stream, IPEndPoint? source)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return _host.RunAsync(new Incoming(stream, new TcpDestination("", 0), source, "inetd"), _context.Gate);
    }

    /// <summary>Waits for one connection, stops listening and serves it to its end (<c>-d</c>).</summary>
    public async Task ServeOneAsync(CancellationToken cancellationToken)
    {
        while (_host.Count == 0 && _host.Admitted == 0) await Task.Delay(TimeSpan.FromMilliseconds(20), _time, cancellationToken).ConfigureAwait(false);
        await _host.StopListeningAsync().ConfigureAwait(false);
        while (_host.Count > 0) await Task.Delay(TimeSpan.FromMilliseconds(20), _time, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads everything again and listens anew. Connections go on as they began. Where something is wrong, the old configuration stays.</summary>
    /// <returns>Whether the new configuration is in force.</returns>
    public async Task<bool> ReloadAsync(CancellationToken cancellationToken = default)
    {
        SshdContext next;
        try
        {
            next = new SshdContext(_options, _log, _time);
        }
        catch (TunnelException e)
        {
            foreach (string line in e.Message.Split('\n')) _log.Write(SshLogLevel.Error, line);
            _log.Write(SshLogLevel.Error, "the configuration is wrong: the one before stays in force");
            return false;
        }

        _keys.AddRange(next.HostKeys);
        _context = next;
        await _host.StopListeningAsync().ConfigureAwait(false);
        _listening.Clear();
        await ListenAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync().ConfigureAwait(false);
        foreach (SshPrivateKey key in _keys) key.Dispose();
    }

    // Addresses in the order of sshd, each once.
    private static async Task<IReadOnlyList<IPEndPoint>> AddressesAsync(SshdConfig config, CancellationToken cancellationToken)
    {
        var all = new List<IPEndPoint>();
        foreach (SshdListenAddress listen in config.ListenAddresses)
        {
            IPAddress[] addresses = listen.Host switch
            {
                null => [IPAddress.Any, IPAddress.IPv6Any],
                "*" => [IPAddress.IPv6Loopback, IPAddress.Loopback],
                var host when IPAddress.TryParse(host, out IPAddress? literal) => [literal],
                var host => await ResolveAsync(host, cancellationToken).ConfigureAwait(false),
            };
            all.AddRange(addresses
                .Where(a => config.AddressFamily == SshAddressFamily.Any || (config.AddressFamily == SshAddressFamily.Inet) == (a.AddressFamily == AddressFamily.InterNetwork))
                .Select(a => new IPEndPoint(a, listen.Port)));
        }

        return [.. all.Distinct()];
    }

    private static async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancellationToken)
    {
        try
        {
            return await NameResolver.ResolveAsync(host, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ArgumentException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"bad addr or host: {host} (Name or service not known)", null, e);
        }
    }

    private void TellRefused(Incoming incoming, string why)
    {
        SshdPeer peer = SshdPeer.Of(incoming);
        _log.Write(SshLogLevel.Info, why.StartsWith("max-startups", StringComparison.Ordinal)
            ? $"drop connection #{_host.Count} from [{peer.Address}]:{peer.Port} on [{peer.Local?.Address}]:{peer.Local?.Port} past MaxStartups"
            : $"drop connection from [{peer.Address}]:{peer.Port}: {why}");
    }
}
