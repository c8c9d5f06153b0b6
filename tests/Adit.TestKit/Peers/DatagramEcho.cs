using System.Net;
using System.Net.Sockets;

namespace Adit.TestKit.Peers;

/// <summary>A UDP server in the tests' own process that sends each datagram back.</summary>
public sealed class DatagramEcho : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _serving;
    private int _received;

    public DatagramEcho(string address = "127.0.0.1")
    {
        IPEndPoint at = new(IPAddress.Parse(address), 0);
        _socket = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 << 20 };
        _socket.Bind(at);
        Port = ((IPEndPoint)_socket.LocalEndPoint!).Port;
        _serving = ServeAsync(at);
    }

    public int Port { get; }

    /// <summary>How many datagrams came so far.</summary>
    public int Received => Volatile.Read(ref _received);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _socket.Dispose();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task ServeAsync(IPEndPoint any)
    {
        byte[] buffer = new byte[65536];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                SocketReceiveFromResult got = await _socket.ReceiveFromAsync(buffer, any, _stopping.Token);
                Interlocked.Increment(ref _received);
                await _socket.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), got.RemoteEndPoint, _stopping.Token);
            }
            catch (SocketException)
            {
                // The sender is gone.
            }
        }
    }
}
