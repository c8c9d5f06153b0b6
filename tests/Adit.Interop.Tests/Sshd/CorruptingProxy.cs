using System.Net;
using System.Net.Sockets;

namespace Adit.Interop.Tests.Sshd;

/// <summary>Passes one connection on, and changes one octet of what the client sends.</summary>
internal sealed class CorruptingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Task _running;

    public CorruptingProxy(int target, long afterOctets)
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = RunAsync(target, afterOctets);
    }

    public int Port { get; }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task RunAsync(int target, long afterOctets)
    {
        using TcpClient client = await _listener.AcceptTcpClientAsync();
        using var server = new TcpClient("127.0.0.1", target);
        Task back = server.GetStream().CopyToAsync(client.GetStream());
        byte[] part = new byte[4096];
        long passed = 0;
        try
        {
            for (int count; (count = await client.GetStream().ReadAsync(part)) > 0; passed += count)
            {
                if (passed <= afterOctets && passed + count > afterOctets) part[afterOctets - passed] ^= 1;
                await server.GetStream().WriteAsync(part.AsMemory(0, count));
            }

            await back;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            // It ended, as it should.
        }
    }
}
