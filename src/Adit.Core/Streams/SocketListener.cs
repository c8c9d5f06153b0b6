using System.Net;
using System.Net.Sockets;

namespace Adit.Core.Streams;

/// <summary>Listening sockets of this machine behind one address: several where a name such as <c>localhost</c> means both families.</summary>
public sealed class SocketListener : IStreamListener
{
    private readonly Socket[] _sockets;
    private readonly Task<Socket?>?[] _accepts;
    private readonly string? _path;
    private readonly TimeProvider _time;
    private int _disposed;

    internal SocketListener(Socket[] sockets, Destination boundAt, TimeProvider? time = null)
    {
        _sockets = sockets;
        _accepts = new Task<Socket?>?[sockets.Length];
        BoundAt = boundAt;
        _path = (boundAt as UnixDestination)?.Path;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public Destination BoundAt { get; }

    /// <summary>The exact addresses, one a socket.</summary>
    public IReadOnlyList<EndPoint> EndPoints => Array.ConvertAll(_sockets, s => s.LocalEndPoint!);

    /// <inheritdoc/>
    public async ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (Volatile.Read(ref _disposed) == 0)
        {
            for (int i = 0; i < _sockets.Length; i++) _accepts[i] ??= AcceptOneAsync(_sockets[i]);
            Task<Socket?> first = _accepts.Length == 1 ? _accepts[0]! : await Task.WhenAny(_accepts!).WaitAsync(cancellationToken).ConfigureAwait(false);
            Socket? socket = await first.WaitAsync(cancellationToken).ConfigureAwait(false);
            _accepts[Array.IndexOf(_accepts, first)] = null;
            if (socket is null) continue;
            IPEndPoint? source = socket.RemoteEndPoint as IPEndPoint;
            return new Incoming(new SocketStream(socket), BoundAt, source, _path is null ? "tcp" : "unix");
        }

        return null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        foreach (Socket socket in _sockets) socket.Dispose();
        foreach (Task<Socket?>? accept in _accepts)
        {
            if (accept is not null && await accept.ConfigureAwait(false) is { } late) late.Dispose();
        }

        if (_path is not null) File.Delete(_path);
    }

    private async Task<Socket?> AcceptOneAsync(Socket listener)
    {
        try
        {
            return await listener.AcceptAsync().ConfigureAwait(false);
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
        catch (SocketException e)
        {
            if (Volatile.Read(ref _disposed) != 0) return null;
            // Out of descriptors (EMFILE): the pending connection stays queued; trying at once would spin.
            if (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), _time).ConfigureAwait(false);
            }

            return null;
        }
    }
}
