using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Core.Datagrams;

/// <summary>
/// Carries the datagrams of a UDP port to one target and those of the target back, through any <see cref="IDatagramDialer"/>.
/// </summary>
/// <remarks>
/// Theory of operation: each source (address and port) gets a flow of its own, dialled with its first datagram; what arrives meanwhile waits, bounded. A flow ends
/// when nothing went either way for a while, or when its far end is gone; the next datagram then opens a new one. The table is bounded: see
/// <see cref="DatagramForwarderOptions.Flows"/>. Whatever cannot be kept or sent is dropped and counted, as a network does; nobody waits.
/// </remarks>
public sealed partial class DatagramForwarder : IAsyncDisposable
{
    // Ours: how long a socket that failed is left alone.
    private static readonly TimeSpan Breath = TimeSpan.FromMilliseconds(10);

    private readonly IReadOnlyList<Socket> _sockets;
    private readonly IDatagramDialer _dialer;
    private readonly UdpDestination _target;
    private readonly DatagramForwarderOptions _options;
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(Socket Socket, SocketAddress Address), ForwardedSource> _sources = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _sweep;
    private readonly Task _receiving;
    private long _dropped;
    private long _up;
    private long _down;
    private long _failed;
    private int _toldFull;

    /// <summary>Begins to forward.</summary>
    /// <param name="sockets">Bound sockets (<see cref="DatagramBinder"/>); owned from here on.</param>
    /// <param name="boundAt">Where they stand.</param>
    /// <param name="dialer">What reaches the target; not owned.</param>
    /// <param name="target">The target, whose name is resolved by the far end of the dialer.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="logger">Hears of targets that were not reached (Information) and of flows (Debug); null for nobody.</param>
    /// <param name="time">Null for the system's clock.</param>
    public DatagramForwarder(
        IReadOnlyList<Socket> sockets, UdpDestination boundAt, IDatagramDialer dialer, UdpDestination target,
        DatagramForwarderOptions? options = null, ILogger? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(sockets);
        ArgumentNullException.ThrowIfNull(dialer);
        ArgumentNullException.ThrowIfNull(target);
        _sockets = sockets;
        BoundAt = boundAt;
        _dialer = dialer;
        _target = target;
        _options = options ?? new DatagramForwarderOptions();
        _logger = logger ?? NullLogger.Instance;
        _time = time ?? TimeProvider.System;
        foreach (Socket socket in sockets) socket.Blocking = false;
        _receiving = Task.WhenAll(sockets.Select(s => Task.Run(() => ReceiveAsync(s))));
        _sweep = _time.CreateTimer(_ => Sweep(), null, _options.Idle / 4, _options.Idle / 4);
    }

    /// <summary>Where it listens.</summary>
    public UdpDestination BoundAt { get; }

    /// <summary>Sources that have a flow now.</summary>
    public int Count => _sources.Count;

    /// <summary>Datagrams that were dropped.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Octets of datagrams that went to the target, and that came back from it.</summary>
    public (long Up, long Down) Octets => (Interlocked.Read(ref _up), Interlocked.Read(ref _down));

    /// <summary>Flows that could not be opened.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>The sources that have a flow now.</summary>
    /// <param name="most">No more than so many.</param>
    public IReadOnlyList<IPEndPoint> Sources(int most) => [.. _sources.Values.Take(most).Select(s => s.EndPoint)];

    /// <summary>Stops listening and ends every flow.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _sweep.DisposeAsync().ConfigureAwait(false);
        foreach (Socket socket in _sockets) socket.Dispose();
        await _receiving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (ForwardedSource source in _sources.Values) await source.DisposeAsync().ConfigureAwait(false);
        _sources.Clear();
    }

    private async Task ReceiveAsync(Socket socket)
    {
        byte[] buffer = new byte[DatagramLimits.MaximumLength];
        var from = new SocketAddress(socket.AddressFamily);
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                int count = await socket.ReceiveFromAsync(buffer, SocketFlags.None, from, _stopping.Token).ConfigureAwait(false);
                Take(socket, from, buffer.AsSpan(0, count));
            }
            catch (SocketException) when (!_stopping.IsCancellationRequested)
            {
                // An ICMP error about an earlier datagram, or a shortage that passes, and must not be asked about in a circle.
                await Task.Delay(Breath, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Take(Socket socket, SocketAddress from, ReadOnlySpan<byte> datagram)
    {
        long now = _time.GetTimestamp();
        if (!_sources.TryGetValue((socket, from), out ForwardedSource? source))
        {
            if (_sources.Count >= _options.Flows && !MakeRoom(now))
            {
                Drop();
                if (Interlocked.Exchange(ref _toldFull, 1) == 0) LogFull(_logger, BoundAt, _options.Flows);
                return;
            }

            SocketAddress key = Copy(from);
            source = new ForwardedSource(socket, key, now, _options.PendingLength);
            _sources[(socket, key)] = source;
            _ = ServeAsync((socket, key), source);
        }

        if (source.Send(datagram, now)) Interlocked.Add(ref _up, datagram.Length);
        else Drop();
    }

    private async Task ServeAsync((Socket, SocketAddress) key, ForwardedSource source)
    {
        await Task.Yield();
        try
        {
            IPEndPoint from = source.EndPoint;
            IDatagramFlow flow = await _dialer.DialAsync(new DialRequest(_target, from), source.Over).ConfigureAwait(false);
            source.Attach(flow);
            LogOpened(_logger, BoundAt, from, _target);
            await source.ReturnAsync(_time.GetTimestamp, Drop, length => Interlocked.Add(ref _down, length)).ConfigureAwait(false);
        }
        catch (TunnelException e)
        {
            Interlocked.Increment(ref _failed);
            LogFailed(_logger, e.Hop is null ? $"{_target}: {e.Message}" : e.Message);
            source.GiveUp();
            await Task.Delay(_options.RetryAfter, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        catch (OperationCanceledException)
        {
            // It was idle, or gave way, or all stops.
        }

        _sources.TryRemove(new KeyValuePair<(Socket, SocketAddress), ForwardedSource>(key, source));
        await source.DisposeAsync().ConfigureAwait(false);
    }

    private bool MakeRoom(long now)
    {
        // Whoever sends from one source after another (or pretends to) drives out such sources, and nobody who is in conversation.
        KeyValuePair<(Socket, SocketAddress), ForwardedSource> oldest = default;
        foreach (KeyValuePair<(Socket, SocketAddress), ForwardedSource> each in _sources)
            if (!each.Value.WasAnswered && (oldest.Value is null || each.Value.Last < oldest.Value.Last)) oldest = each;
        if (oldest.Value is null || _time.GetElapsedTime(oldest.Value.Last, now) < _options.RetryAfter) return false;
        _sources.TryRemove(oldest);
        _ = oldest.Value.DisposeAsync().AsTask();
        return true;
    }

    private void Sweep()
    {
        long now = _time.GetTimestamp();
        foreach (KeyValuePair<(Socket, SocketAddress), ForwardedSource> each in _sources)
        {
            if (_time.GetElapsedTime(each.Value.Last, now) < _options.Idle) continue;
            _sources.TryRemove(each);
            _ = each.Value.DisposeAsync().AsTask();
        }
    }

    private void Drop() => Interlocked.Increment(ref _dropped);

    private static SocketAddress Copy(SocketAddress address)
    {
        var copy = new SocketAddress(address.Family, address.Buffer.Length) { Size = address.Size };
        address.Buffer.Span.CopyTo(copy.Buffer.Span);
        return copy;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Listener}: flow for {Source} to {Target}")]
    private static partial void LogOpened(ILogger logger, UdpDestination listener, IPEndPoint source, UdpDestination target);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Listener}: {Flows} sources at once, which is the most: new ones are dropped")]
    private static partial void LogFull(ILogger logger, UdpDestination listener, int flows);
}
