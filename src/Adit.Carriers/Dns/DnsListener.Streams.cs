using System.Net;
using System.Net.Sockets;

namespace Adit.Carriers.Dns;

/// <content>TCP (RFC 7766).</content>
public sealed partial class DnsListener
{
    // Ours: out of descriptors nothing can be accepted for a while.
    private static readonly TimeSpan ShortagePause = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<long, DnsConnection> _connections = [];
    private long _lastConnection;
    private long _waiting;

    private async Task AcceptAsync(Socket listener)
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket socket;
            try
            {
                socket = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (SocketException e)
            {
                // It was gone before it was accepted; or it is queued still, and asking for it at once again would spin.
                if (e.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable) await Task.Delay(ShortagePause, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }

            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        DnsConnection connection;
        DnsConnection? quietest = null;
        try
        {
            socket.NoDelay = true;
            var peer = (IPEndPoint)socket.RemoteEndPoint!;
            lock (_gate)
            {
                if (_connections.Values.Count(c => c.Address.Equals(peer.Address)) >= _options.MaximumConnectionsOfAddress)
                {
                    socket.Dispose();
                    return;
                }

                if (_connections.Count >= _options.MaximumConnections) quietest = _connections.Values.MinBy(c => c.LastUsed);
                connection = new DnsConnection(socket, peer, ++_lastConnection, _options.MaximumPipelined, Now, length => Interlocked.Add(ref _waiting, -length));
                _connections.Add(connection.Number, connection);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            socket.Dispose();
            return;
        }

        quietest?.Dispose();
        Task sending = connection.SendAsync();
        try
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            while (true)
            {
                timeout.CancelAfter(_options.IdleTimeout);
                int length = await connection.ReceiveAsync(timeout.Token).ConfigureAwait(false);
                if (length == 0) break;
                connection.LastUsed = Now;
                if (!Take(connection.Message.Span, connection.Origin)) connection.Skip();
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Closed, by either side, or quiet for too long.
        }
        finally
        {
            lock (_gate) _connections.Remove(connection.Number);
            connection.Dispose();
        }

        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Under the gate.</summary>
    private void Remove(DnsConnection connection)
    {
        _connections.Remove(connection.Number);
        connection.Dispose();
    }

    /// <summary>Under the gate.</summary>
    private void SendStream(int length, DnsOrigin origin)
    {
        if (!_connections.TryGetValue(origin.Connection, out DnsConnection? connection)) return;
        connection.LastUsed = Now;
        if (Interlocked.Add(ref _waiting, connection.Enqueue(_answer.AsSpan(0, length))) <= _options.MaximumWaiting) return;
        // Those that were closed give back theirs in a moment.
        if (_connections.Values.Sum(c => c.Waiting) > _options.MaximumWaiting) Remove(_connections.Values.MaxBy(c => c.Waiting)!);
    }
}
