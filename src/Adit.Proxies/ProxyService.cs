using System.Net;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Proxies.AccessLog;
using Adit.Proxies.Http;
using Adit.Proxies.Serving;
using Adit.Proxies.Socks;
using Adit.Proxies.Transparent;
using Adit.Wire;
using Adit.Wire.ProxyProtocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Proxies;

/// <summary>
/// A proxy: SOCKS4, 4a and 5, HTTP CONNECT and plain HTTP proxying, told apart by a connection's first octet, on any number of listeners. Theory of
/// operation: one loop a listener accepts and waits for nothing else. Each client is served on the event loop of its socket: handshake, policy, dial, then
/// <see cref="Adit.Core.Relay.StreamRelay"/> joins both streams and this has no more to do with the octets. One timer for all of them ends what takes too
/// long. What a client may make it hold is bounded by <see cref="ProxyLimits"/> and by the limits of each codec. Disposing stops the listeners and ends all connections.
/// </summary>
public sealed partial class ProxyService : IAsyncDisposable
{
    private readonly ILogger _logger;
    private readonly IProxyAccessLog? _accessLog;
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private readonly Dictionary<IPAddress, (int Connections, TokenBucket? Bucket)> _clients = [];
    private readonly List<(ProxyListener Listener, Task Accepting)> _listeners = [];
    private ProxyClient? _first;
    private int _count;
    private long _accepted;
    private long _refused;
    private long _failed;
    private long _up;
    private long _down;
    private int _disposed;

    /// <summary>Makes a proxy without listeners.</summary>
    /// <param name="options">What it does.</param>
    /// <param name="logger">Hears of refusals (Information, a line each) and of broken clients (Debug); null for nobody.</param>
    /// <param name="accessLog">Hears of every request; null for nobody.</param>
    /// <param name="time">The clock; null for the system's.</param>
    public ProxyService(ProxyOptions options, ILogger? logger = null, IProxyAccessLog? accessLog = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        Options = options;
        Time = time ?? TimeProvider.System;
        Pseudonym = options.Pseudonym ?? $"adit-{Random.Shared.Next():x8}";
        _logger = logger ?? NullLogger.Instance;
        _accessLog = accessLog;
        TimeSpan shortest = new[] { options.Limits.HeaderTime, options.Limits.KeepAliveTime, options.Limits.IdleTime }.Where(t => t > TimeSpan.Zero).DefaultIfEmpty(TimeSpan.FromSeconds(2)).Min();
        TimeSpan interval = TimeSpan.FromMilliseconds(Math.Clamp(shortest.TotalMilliseconds / 4, 20, 1000));
        _timer = Time.CreateTimer(static s => ((ProxyService)s!).CheckAll(), this, interval, interval);
    }

    /// <summary>What it does.</summary>
    public ProxyOptions Options { get; }

    /// <summary>Connections of clients at this moment.</summary>
    public int ConnectionCount => Volatile.Read(ref _count);

    /// <summary>What it did so far.</summary>
    public ProxyStatistics Statistics => new(
        Interlocked.Read(ref _accepted), Interlocked.Read(ref _refused), Interlocked.Read(ref _failed), Interlocked.Read(ref _up), Interlocked.Read(ref _down));

    internal TimeProvider Time { get; }

    /// <summary>The name in Via fields.</summary>
    internal string Pseudonym { get; }

    internal ILogger Logger => _logger;

    /// <summary>Begins to serve a listener, which is owned from here on.</summary>
    public void Add(IStreamListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        var place = new ProxyListener(listener, Options.Rules);
        lock (_listeners) _listeners.Add((place, AcceptAsync(place)));
    }

    /// <summary>The connections of this moment, the latest first.</summary>
    /// <param name="most">No more than so many.</param>
    public IReadOnlyList<ProxyConnection> Connections(int most)
    {
        var found = new List<ProxyConnection>();
        lock (_lock)
        {
            for (ProxyClient? c = _first; c is not null && found.Count < most; c = c.Next) found.Add(c.Describe());
        }

        return found;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _timer.DisposeAsync().ConfigureAwait(false);
        (ProxyListener Listener, Task Accepting)[] listeners;
        lock (_listeners) listeners = [.. _listeners];
        foreach ((ProxyListener place, _) in listeners) await place.Listener.DisposeAsync().ConfigureAwait(false);
        foreach ((_, Task accepting) in listeners) await accepting.ConfigureAwait(false);
        foreach (ProxyClient client in All())
        {
            client.Expire();
            client.Stream.Abort(TunnelError.Closed);
        }
    }

    /// <summary>The one line of a refusal, which names the rule.</summary>
    internal void LogRefusal(ProxyAccess access)
    {
        Interlocked.Increment(ref _refused);
        if (_logger.IsEnabled(LogLevel.Information)) LogRefused(_logger, access.Client?.ToString() ?? "a local process", access.User is null ? "" : $" ({access.User})", access.Protocol, access.Command, access.Target, access.Reason);
    }

    /// <summary>A request is over.</summary>
    internal void Finish(ProxyAccess access)
    {
        if (access.Verdict == ProxyVerdict.Failed) Interlocked.Increment(ref _failed);
        Interlocked.Add(ref _up, access.Up);
        Interlocked.Add(ref _down, access.Down);
        if (_accessLog is null && !_logger.IsEnabled(LogLevel.Debug)) return;
        access.Duration = Time.GetUtcNow() - access.Began;
        _accessLog?.Add(access);
        if (_logger.IsEnabled(LogLevel.Debug)) LogServed(_logger, access.Client?.ToString() ?? "a local process", access.Protocol, access.Command, access.Target, access.Reason, access.Up, access.Down);
    }

    internal void LogBroken(ProxyClient client, string reason)
    {
        if (_logger.IsEnabled(LogLevel.Debug)) LogMalformed(_logger, client.Source?.ToString() ?? "a local process", reason);
    }

    private async Task AcceptAsync(ProxyListener place)
    {
        try
        {
            while (await place.Listener.AcceptAsync(_stop.Token).ConfigureAwait(false) is { } incoming)
            {
                var client = new ProxyClient(this, place, incoming);
                if (Enter(client)) _ = ServeAsync(client);
                else incoming.Stream.Abort(TunnelError.ResourceShortage);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
        {
            if (Volatile.Read(ref _disposed) == 0 && e is IOException) LogEnded(_logger, place.Name, e.Message);
        }
    }

    private async Task ServeAsync(ProxyClient client)
    {
        try
        {
            client.SetDeadline(Options.Limits.HeaderTime);
            await DispatchAsync(client).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            client.Stream.Abort(TunnelError.Closed);
            if (e is OperationCanceledException or IOException or ObjectDisposedException) LogBroken(client, e is OperationCanceledException ? "expected a request in time, got none" : e.Message);
            else LogUnexpected(_logger, client.Listener.Name, e);
        }
        finally
        {
            await client.Stream.DisposeAsync().ConfigureAwait(false);
            Leave(client);
            client.Dispose();
        }
    }

    private async Task DispatchAsync(ProxyClient client)
    {
        if (Options.Transparent)
        {
            await TransparentSession.ServeAsync(client).ConfigureAwait(false);
            return;
        }

        if (!await client.FillAsync().ConfigureAwait(false)) return;
        if (Options.TrustedProxies.Count > 0 && client.PeerAddress is { } peer && IsTrusted(peer) && !await TakeProxyHeaderAsync(client).ConfigureAwait(false)) return;
        if (client.Unread[0] == 0x16 && Options.Tls is not null)
        {
            await client.StartTlsAsync().ConfigureAwait(false);
            if (!await client.FillAsync().ConfigureAwait(false)) return;
        }

        if (client.Unread[0] is 4 or 5) await SocksSession.ServeAsync(client).ConfigureAwait(false);
        else await new HttpSession(client).ServeAsync().ConfigureAwait(false);
    }

    private async ValueTask<bool> TakeProxyHeaderAsync(ProxyClient client)
    {
        while (true)
        {
            DecodeStatus status = ProxyHeader.TryDecode(client.Unread, out ProxyHeader header, out int consumed);
            if (status == DecodeStatus.Ok)
            {
                client.Consume(consumed);
                if (header.Source is not null) (client.Source, client.ToldDestination) = (header.Source, header.Destination);
                return !client.Unread.IsEmpty || await client.FillAsync().ConfigureAwait(false);
            }

            if (status != DecodeStatus.Truncated)
            {
                LogBroken(client, $"PROXY protocol: expected a header, for this network is configured to send one, got {status}");
                client.Stream.Abort(TunnelError.ProtocolViolation);
                return false;
            }

            if (!await client.FillAsync(ProxyHeader.LongestVersion2).ConfigureAwait(false)) return false;
        }
    }

    private bool IsTrusted(IPAddress peer)
    {
        IPAddress plain = peer.IsIPv4MappedToIPv6 ? peer.MapToIPv4() : peer;
        foreach (IPNetwork network in Options.TrustedProxies)
            if (network.Contains(plain)) return true;
        return false;
    }

    private bool Enter(ProxyClient client)
    {
        ProxyLimits limits = Options.Limits;
        lock (_lock)
        {
            if (_count >= limits.Connections) return Refuse(client, $"expected at most {limits.Connections} connections, got more");
            if ((limits.ConnectionsPerClient > 0 || limits.OctetsPerSecond > 0) && client.PeerAddress is { } address)
            {
                (int connections, TokenBucket? bucket) = _clients.GetValueOrDefault(address);
                if (limits.ConnectionsPerClient > 0 && connections >= limits.ConnectionsPerClient) return Refuse(client, $"expected at most {limits.ConnectionsPerClient} connections of one client, got more");
                if (limits.OctetsPerSecond > 0)
                {
                    bucket ??= new TokenBucket(limits.OctetsPerSecond, Time);
                    client.Pace(bucket);
                }

                _clients[address] = (connections + 1, bucket);
            }

            _count++;
            _accepted++;
            client.Next = _first;
            if (_first is not null) _first.Previous = client;
            _first = client;
            return true;
        }
    }

    private void Leave(ProxyClient client)
    {
        lock (_lock)
        {
            _count--;
            if (client.Previous is not null) client.Previous.Next = client.Next;
            else if (_first == client) _first = client.Next;
            if (client.Next is not null) client.Next.Previous = client.Previous;
            if (client.PeerAddress is not { } address || !_clients.TryGetValue(address, out (int Connections, TokenBucket? Bucket) entry)) return;
            if (entry.Connections <= 1) _clients.Remove(address);
            else _clients[address] = (entry.Connections - 1, entry.Bucket);
        }
    }

    private bool Refuse(ProxyClient client, string why)
    {
        Interlocked.Increment(ref _refused);
        if (_logger.IsEnabled(LogLevel.Information)) LogLimit(_logger, client.Source?.ToString() ?? "a local process", client.Listener.Name, why);
        return false;
    }

    private void CheckAll()
    {
        long now = Time.GetTimestamp();
        foreach (ProxyClient client in All()) client.Check(now, Options.Limits.IdleTime);
    }

    private List<ProxyClient> All()
    {
        lock (_lock)
        {
            var all = new List<ProxyClient>(_count);
            for (ProxyClient? c = _first; c is not null; c = c.Next) all.Add(c);
            return all;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Client}{User}: {Protocol} {Command} {Target}: refused: {Rule}")]
    private static partial void LogRefused(ILogger logger, string client, string user, string protocol, string command, string target, string rule);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Client}: {Protocol} {Command} {Target}: over: {Reason}: {Up} octets up, {Down} down")]
    private static partial void LogServed(ILogger logger, string client, string protocol, string command, string target, string reason, long up, long down);

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Client}: {Reason}")]
    private static partial void LogMalformed(ILogger logger, string client, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Client}: refused at {Listener}: {Reason}")]
    private static partial void LogLimit(ILogger logger, string client, string listener, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Listener}: accepts no more connections: {Reason}")]
    private static partial void LogEnded(ILogger logger, string listener, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Listener}: unexpected failure")]
    private static partial void LogUnexpected(ILogger logger, string listener, Exception exception);
}
