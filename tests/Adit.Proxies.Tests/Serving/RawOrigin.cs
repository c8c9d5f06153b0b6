using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Adit.Proxies.Tests.Serving;

/// <summary>A destination whose connections the test handles one by one.</summary>
internal sealed class RawOrigin : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly Channel<RawConnection> _accepted = Channel.CreateUnbounded<RawConnection>();
    private readonly Task _accepting;
    private int _count;

    public RawOrigin(IPAddress? at = null)
    {
        _listener = new TcpListener(at ?? IPAddress.Loopback, 0);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections so far.</summary>
    public int Count => Volatile.Read(ref _count);

    public async Task<RawConnection> NextAsync() => await _accepted.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        while (_accepted.Reader.TryRead(out RawConnection? connection)) await connection.DisposeAsync();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync();
                socket.NoDelay = true;
                Interlocked.Increment(ref _count);
                await _accepted.Writer.WriteAsync(new RawConnection(new NetworkStream(socket, ownsSocket: true)));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
