using System.Net;
using System.Net.Sockets;

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

    /// <summary>Makes a dialer.</summary>
    /// <param name="timeout">The longest that one dial may take, names included; null or zero: 60 s, as long as anything should wait.</param>
    /// <param name="family"><see cref="AddressFamily.Unspecified"/>, or the one family to use.</param>
    /// <param name="judge">Judges each resolved address before it is dialled: null allows it, a text forbids it and says which rule did.</param>
    /// <param name="bind">The local address to dial from; null lets the kernel choose.</param>
    public SocketDialer(TimeSpan? timeout = null, AddressFamily family = AddressFamily.Unspecified, Func<IPAddress, string?>? judge = null, IPAddress? bind = null)
    {
        _timeout = timeout is { } t && t > TimeSpan.Zero ? t : TimeSpan.FromSeconds(60);
        _family = family;
        _judge = judge;
        _bind = bind;
    }

    /// <inheritdoc/>
    public async ValueTask<DuplexStream> DialAsync(DialRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
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

    private static async Task<DuplexStream> DialUnixAsync(UnixDestination to, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(to.Path), cancellationToken).ConfigureAwait(false);
            return new SocketStream(socket);
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is SocketException s) throw new TunnelException(UnixError(s.SocketErrorCode), $"connect to {to}: {s.SocketErrorCode.ToText()}", null, e);
            if (e is ArgumentException) throw new TunnelException(TunnelError.BadConfiguration, $"connect to {to}: path: expected at most 107 octets", null, e);
            throw;
        }
    }

    private static TunnelError UnixError(SocketError error) =>
        error.ToTunnelError() is var code && code == TunnelError.Unknown ? TunnelError.ConnectionRefused : code;

    private async Task<DuplexStream> DialTcpAsync(TcpDestination to, CancellationToken cancellationToken)
    {
        IPAddress[] addresses = await ResolveAsync(to, cancellationToken).ConfigureAwait(false);
        using var attempts = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = new List<Task<Socket>>();
        Exception? failure = null;
        int next = 0;
        while (next < addresses.Length || running.Count > 0)
        {
            if (next < addresses.Length) running.Add(ConnectAsync(new IPEndPoint(addresses[next++], to.Port), attempts.Token));
            Task any = Task.WhenAny(running);
            if (next < addresses.Length) await Task.WhenAny(any, Task.Delay(AttemptDelay, cancellationToken)).ConfigureAwait(false);
            else await any.ConfigureAwait(false);
            for (int i = running.Count - 1; i >= 0; i--)
            {
                Task<Socket> attempt = running[i];
                if (!attempt.IsCompleted) continue;
                running.RemoveAt(i);
                if (attempt.IsCompletedSuccessfully)
                {
                    await attempts.CancelAsync().ConfigureAwait(false);
                    foreach (Task<Socket> loser in running) _ = DiscardAsync(loser);
                    return new SocketStream(await attempt.ConfigureAwait(false));
                }

                failure ??= attempt.Exception?.InnerException;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }

        SocketError error = failure is SocketException s ? s.SocketErrorCode : SocketError.HostUnreachable;
        throw new TunnelException(error.ToTunnelError(), $"connect to {to}: {error.ToText()}", null, failure);
    }

    private async Task<IPAddress[]> ResolveAsync(TcpDestination to, CancellationToken cancellationToken)
    {
        IPAddress[] addresses;
        if (IPAddress.TryParse(to.Host, out IPAddress? literal))
        {
            addresses = [literal];
        }
        else
        {
            try
            {
                addresses = await NameResolver.ResolveAsync(to.Host, _family, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is SocketException or ArgumentException)
            {
                string text = e is SocketException s ? s.SocketErrorCode.ToText() : "Name or service not known";
                throw new TunnelException(TunnelError.NameNotResolved, $"resolve {to.Host}: {text}", null, e);
            }
        }

        if (_family != AddressFamily.Unspecified) addresses = Array.FindAll(addresses, a => a.AddressFamily == _family);
        if (addresses.Length == 0) throw new TunnelException(TunnelError.NameNotResolved, $"resolve {to.Host}: no address of the family that was asked for");
        if (_judge is null) return addresses;

        string? rule = null;
        IPAddress[] allowed = Array.FindAll(addresses, a => (rule = _judge(a)) is null);
        return allowed.Length > 0 ? allowed : throw new TunnelException(TunnelError.PermissionDenied, $"connect to {to}: {rule}");
    }

    private async Task<Socket> ConnectAsync(IPEndPoint to, CancellationToken cancellationToken)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (_bind is not null) socket.Bind(new IPEndPoint(_bind, 0));
            await socket.ConnectAsync(to, cancellationToken).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task DiscardAsync(Task<Socket> loser)
    {
        try
        {
            (await loser.ConfigureAwait(false)).Dispose();
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // It lost.
        }
    }
}
