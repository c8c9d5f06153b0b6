using System.Net;
using System.Net.Sockets;

namespace Adit.Interop.Tests.Sshd;

/// <summary>Passes one connection on, and changes one bit of what the client sends, or of what the server sends; both connections end when either does.</summary>
internal sealed class CorruptingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _running;

    public CorruptingProxy(int target, long? up = null, long? down = null)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = RunAsync(target, up, down);
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(int target, long? up, long? down)
    {
        using TcpClient client = await _listener.AcceptTcpClientAsync();
        using var server = new TcpClient("127.0.0.1", target);
        Task[] both = [PassAsync(client.GetStream(), server.GetStream(), up), PassAsync(server.GetStream(), client.GetStream(), down)];
        await Task.WhenAny(both); // a server that is gone says so to a client that has sent all it has
        client.Dispose();
        server.Dispose();
        await Task.WhenAll(both);
    }

    private static async Task PassAsync(NetworkStream from, NetworkStream to, long? place)
    {
        byte[] part = new byte[4096];
        long passed = 0;
        try
        {
            for (int count; (count = await from.ReadAsync(part)) > 0; passed += count)
            {
                if (passed <= place && passed + count > place) part[place.Value - passed] ^= 1;
                await to.WriteAsync(part.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // It ended, as it should.
        }
    }
}
