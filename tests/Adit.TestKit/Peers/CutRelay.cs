using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Adit.TestKit.Peers;

/// <summary>A port that leads to another, until it is cut: then what goes through it ends, and nobody can connect, until it is mended.</summary>
public sealed class CutRelay : IAsyncDisposable
{
    private readonly IPEndPoint _target;
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private Socket? _listener;
    private Task _accepting = Task.CompletedTask;

    public CutRelay(IPEndPoint target)
    {
        _target = target;
        Port = Ports.Free();
        Mend();
    }

    /// <summary>Where it is reached.</summary>
    public int Port { get; }

    /// <summary>Connections that came so far.</summary>
    public int Accepted { get; private set; }

    /// <summary>Takes connections (again).</summary>
    public void Mend()
    {
        if (_listener is not null) return;
        _listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, Port));
        _listener.Listen(64);
        _accepting = AcceptAsync(_listener);
    }

    /// <summary>Ends all connections, hard, and takes no more.</summary>
    public async Task CutAsync()
    {
        _listener?.Dispose();
        _listener = null;
        await _accepting.ConfigureAwait(false);
        foreach (Socket socket in _open.Keys) socket.Close(0);
        _open.Clear();
    }

    public async ValueTask DisposeAsync() => await CutAsync();

    private async Task AcceptAsync(Socket listener)
    {
        try
        {
            while (true)
            {
                Socket near = await listener.AcceptAsync();
                Accepted++;
                _ = CarryAsync(near);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private async Task CarryAsync(Socket near)
    {
        var far = new Socket(_target.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        (_open[near], _open[far]) = (true, true);
        try
        {
            await far.ConnectAsync(_target);
            (near.NoDelay, far.NoDelay) = (true, true);
            await Task.WhenAny(CopyAsync(near, far), CopyAsync(far, near));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The other end is gone.
        }

        near.Dispose();
        far.Dispose();
        _open.TryRemove(near, out _);
        _open.TryRemove(far, out _);
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        byte[] buffer = new byte[128 * 1024];
        try
        {
            for (int count; (count = await from.ReceiveAsync(buffer)) > 0;)
            {
                for (int sent = 0; sent < count;) sent += await to.SendAsync(buffer.AsMemory(sent, count - sent));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut, or an end is gone.
        }
    }
}
