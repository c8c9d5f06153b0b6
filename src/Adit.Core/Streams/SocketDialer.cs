using System.Net;
using System.Net.Sockets;
using Adit.Platform.EventLoops;

namespace Adit.Core.Streams;

/// <summary>
/// Dials TCP and unix sockets from this machine. A name with several addresses is tried in the order of the resolver, the next one starting
/// when the former failed or after <see cref="AttemptDelay"/> (RFC 8305 §5).
/// </summary>
public sealed class SocketDialer : IStreamDialer
{
    /// <summary>Ours: how long an attempt may take before the next address is tried beside it (RFC 8305 §8 recommends 250 ms).</summary>
    public static readonly TimeSpan AttemptDelay = TimeSpan.FromMilliseconds(250);

    private readonly TimeSpan _timeout;
    private readonly AddressFamily _family;
    private readonly Func<IPAddress, string?>? _judge;
    private readonly IPAddress? _bind;
    private readonly uint _mark;

    /// <summary>Makes a dialer.</summary>
    /// <param name="timeout">The longest that one dial may take, names included; null or zero: 60 s, as long as anything should wait.</param>
    /// <param name="family"><see cref="AddressFamily.Unspecified"/>, or the one family to use.</param>
    /// <param name="judge">Judges each resolved address before it is dialled: null allows it, a text forbids it and says which rule did.</param>
    /// <param name="bind">The local address to dial from; null lets the kernel choose.</param>
    /// <param name="mark">SO_MARK, by which packet filters know what this process dials; 0 for none. Needs CAP_NET_ADMIN.</param>
    public SocketDialer(TimeSpan? timeout = null, AddressFamily family = AddressFamily.Unspecified, Func<IPAddress, string?>? judge = null, IPAddress? bind = null, uint mark = 0)
    {
        _timeout = timeout is { } t && t > TimeSpan.Zero ? t : TimeSpan.FromSeconds(60);
        _family = family;
        _judge = judge;
        _bind = bind;
        _mark = mark;
    }

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (TryDialNow(request.To) is { } now) return now;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_timeout);
        try
        {
            return request.To switch
            {
                TcpDestination tcp => await DialTcpAsync(tcp, limit.Token).ConfigureAwait(false),
                UnixDestination unix => await DialUnixAsync(unix, limit.Token).ConfigureAwait(false),
                _ => throw new ArgumentException($"dial: {request.To}: expected a TCP or unix destination", nameof(request)),
            };
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TunnelException(TunnelError.TimedOut, $"connect to {request.To}: Connection timed out", null, e);
        }
    }

    /// <summary>A literal address near by is connected before a timer could be set.</summary>
    private SocketStream? TryDialNow(Destination to)
    {
        if (to is not TcpDestination tcp || !IPAddress.TryParse(tcp.Host, out IPAddress? address) || !IPAddress.IsLoopback(address)
            || (_family != AddressFamily.Unspecified && address.AddressFamily != _family) || _judge?.Invoke(address) is not null)
        {
            return null;
        }

        Span<byte> encoded = stackalloc byte[28];
        var endPoint = new IPEndPoint(address, tcp.Port);
        encoded = encoded[..SocketAddresses.Write(endPoint, encoded)];
        LoopSocket? socket = LoopSocket.Create(SocketAddresses.Family(endPoint), EventLoop.Here, out _);
        if (socket is null) return null;
        if (Prepare(socket, _bind, _mark) == 0 && (socket.Connect(encoded) == 0 || socket.Connect(encoded) == 0)) return new SocketStream(socket, isTcp: true);
        // Refused, or not so near after all: the long way tells it, or waits.
        socket.Dispose();
        return null;
    }

    private static async Task<DuplexStream> DialUnixAsync(UnixDestination to, CancellationToken cancellationToken)
    {
        byte[] address = new byte[SocketAddresses.MaximumLength];
        int length = SocketAddresses.Write(to.Path, address);
        if (length == 0) throw new TunnelException(TunnelError.BadConfiguration, $"connect to {to}: path: expected at most 107 octets");
        (LoopSocket? socket, int error) = await ConnectAsync(SocketAddresses.UnixFamily, null, 0, address.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
        return socket is not null ? new SocketStream(socket, isTcp: false) : throw new TunnelException(UnixError(error), $"connect to {to}: {SystemErrors.ToText(error)}");
    }

    private static TunnelError UnixError(int error) =>
        SystemErrors.ToTunnelError(error) is var code && code == TunnelError.Unknown ? TunnelError.ConnectionRefused : code;

    private async Task<DuplexStream> DialTcpAsync(TcpDestination to, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = ResolvedAddresses.Judge(await ResolvedAddresses.OfAsync(to.Host, _family, cancellationToken).ConfigureAwait(false), to, _family, _judge);
        (LoopSocket? socket, int error) = addresses.Length == 1
            ? await ConnectAsync(new IPEndPoint(addresses[0], to.Port), cancellationToken).ConfigureAwait(false)
            : await RaceAsync(addresses, to.Port, cancellationToken).ConfigureAwait(false);
        return socket is not null ? new SocketStream(socket, isTcp: true) : throw new TunnelException(SystemErrors.ToTunnelError(error), $"connect to {to}: {SystemErrors.ToText(error)}");
    }

    private async Task<(LoopSocket? Socket, int Error)> RaceAsync(IPAddress[] addresses, int port, CancellationToken cancellationToken)
    {
        using var attempts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<(LoopSocket? Socket, int Error)>>();
        int failure = 0;
        int next = 0;
        while (next < addresses.Length || running.Count > 0)
        {
            if (next < addresses.Length) running.Add(ConnectAsync(new IPEndPoint(addresses[next++], port), attempts.Token).AsTask());
            Task any = Task.WhenAny(running);
            if (next < addresses.Length) await Task.WhenAny(any, Task.Delay(AttemptDelay, cancellationToken)).ConfigureAwait(false);
            else await any.ConfigureAwait(false);
            for (int i = running.Count - 1; i >= 0; i--)
            {
                Task<(LoopSocket? Socket, int Error)> attempt = running[i];
                if (!attempt.IsCompleted) continue;
                running.RemoveAt(i);
                (LoopSocket? socket, int error) = await attempt.ConfigureAwait(false);
                if (socket is null)
                {
                    if (failure == 0) failure = error;
                    continue;
                }

                await attempts.CancelAsync().ConfigureAwait(false);
                foreach (Task<(LoopSocket? Socket, int Error)> loser in running) _ = DiscardAsync(loser);
                return (socket, 0);
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        return (null, failure == 0 ? SystemErrors.HostUnreachable : failure);
    }

    private ValueTask<(LoopSocket? Socket, int Error)> ConnectAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        byte[] address = new byte[28];
        int length = SocketAddresses.Write(to, address);
        return ConnectAsync(SocketAddresses.Family(to), _bind, _mark, address.AsMemory(0, length), cancellationToken);
    }

    private static async ValueTask<(LoopSocket? Socket, int Error)> ConnectAsync(int family, IPAddress? bind, uint mark, ReadOnlyMemory<byte> address, CancellationToken cancellationToken)
    {
        LoopSocket? socket = LoopSocket.Create(family, EventLoop.Here, out int error);
        if (socket is null) return (null, error);
        try
        {
            error = Prepare(socket, bind, mark);
            if (error == 0) error = socket.Connect(address.Span);
            // A near peer has answered by now: asking again spares the wait.
            if (error == LoopSocket.InProgress) error = socket.Connect(address.Span);
            if (error is LoopSocket.InProgress or LoopSocket.TryAgain)
            {
                using CancellationTokenRegistration wake = cancellationToken.UnsafeRegister(static s => ((LoopSocket)s!).WakeWriter(), socket);
                while (error is LoopSocket.InProgress or LoopSocket.TryAgain)
                {
                    // A unix socket whose listener has no room says EAGAIN, and never when there is room again.
                    if (error == LoopSocket.TryAgain) await Task.Delay(TimeSpan.FromMilliseconds(10), cancellationToken).ConfigureAwait(false);
                    else await socket.WaitWritableAsync().ConfigureAwait(false);
                    cancellationToken.ThrowIfCancellationRequested();
                    error = socket.Connect(address.Span);
                }
            }

            if (error == 0) return (socket, 0);
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        socket.Dispose();
        return (null, error);
    }

    private static int Prepare(LoopSocket socket, IPAddress? bind, uint mark)
    {
        int error = mark == 0 ? 0 : socket.SetMark(mark);
        if (bind is null || error != 0) return error;
        Span<byte> address = stackalloc byte[28];
        return socket.Bind(address[..SocketAddresses.Write(new IPEndPoint(bind, 0), address)]);
    }

    private static async Task DiscardAsync(Task<(LoopSocket? Socket, int Error)> loser)
    {
        try
        {
            (await loser.ConfigureAwait(false)).Socket?.Dispose();
        }
        catch (OperationCanceledException)
        {
            // It lost.
        }
    }
}
