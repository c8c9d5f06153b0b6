using System.Net;
using System.Net.Sockets;
using Adit.Platform.EventLoops;

namespace Adit.Core.Streams;

/// <summary>Listening sockets of this machine behind one address: several where a name such as <c>localhost</c> means both families.</summary>
public sealed class SocketListener : IStreamListener
{
    // Ours: out of descriptors (EMFILE) the connection stays queued, and trying at once would spin.
    private static readonly TimeSpan ShortagePause = TimeSpan.FromMilliseconds(100);

    private readonly LoopSocket[] _sockets;
    private readonly EventLoop _loop = EventLoop.Here;
    private readonly Wakeup _readable = new(EventLoop.Inline);
    private readonly string? _path;
    private readonly bool _spread;
    private readonly TimeProvider _time;
    private int _next;
    private int _disposed;

    internal SocketListener(Socket[] sockets, Destination boundAt, bool spread = false, TimeProvider? time = null)
    {
        EndPoints = Array.ConvertAll(sockets, s => s.LocalEndPoint!);
        _sockets = Array.ConvertAll(sockets, s =>
        {
            s.Blocking = false;
            return new LoopSocket(s.SafeHandle, _loop, s, _readable);
        });
        BoundAt = boundAt;
        _spread = spread;
        _path = (boundAt as UnixDestination)?.Path;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public Destination BoundAt { get; }

    /// <summary>The exact addresses, one a socket.</summary>
    public IReadOnlyList<EndPoint> EndPoints { get; }

    /// <inheritdoc/>
    public async ValueTask<Incoming?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (Volatile.Read(ref _disposed) == 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (TryAccept(out int shortage) is { } incoming) return incoming;
            if (shortage != 0)
            {
                await Task.Delay(ShortagePause, _time, cancellationToken).ConfigureAwait(false);
                continue;
            }

            bool armed = true;
            foreach (LoopSocket socket in _sockets) armed &= socket.WantReadable();
            if (!armed) continue;
            await _readable.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return ValueTask.CompletedTask;
        foreach (LoopSocket socket in _sockets) socket.Dispose();
        // Whoever waits finds it disposed; on the loop, since the caller may hold locks.
        _loop.Post(_readable.Signal);
        if (_path is not null) File.Delete(_path);
        return ValueTask.CompletedTask;
    }

    private Incoming? TryAccept(out int shortage)
    {
        Span<byte> address = stackalloc byte[SocketAddresses.MaximumLength];
        shortage = 0;
        for (int tries = 0; tries < _sockets.Length;)
        {
            int error = _sockets[_next].Accept(_spread ? EventLoop.Next() : _loop, address, out int length, out LoopSocket? accepted);
            if (accepted is not null)
            {
                IPEndPoint? source = SocketAddresses.Read(address[..Math.Min(length, address.Length)]);
                return new Incoming(new SocketStream(accepted, isTcp: _path is null), BoundAt, source, _path is null ? "tcp" : "unix");
            }

            if (SystemErrors.IsShortage(error))
            {
                shortage = error;
                return null;
            }

            // Anything else (ECONNABORTED, an error of the network that accept(2) hands on) concerns one connection that is gone.
            if (error is not (LoopSocket.TryAgain or LoopSocket.Closed)) continue;
            _next = (_next + 1) % _sockets.Length;
            tries++;
        }

        return null;
    }
}
