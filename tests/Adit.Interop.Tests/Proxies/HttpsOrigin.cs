using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Adit.Core.Certificates;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Proxies;

/// <summary>An HTTPS server that answers each request with seeded octets.</summary>
internal sealed class HttpsOrigin : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly KeyedCertificate _certificate = SelfSigned.Create(["localhost", "127.0.0.1"]);
    private readonly Task _accepting;

    public HttpsOrigin(long length, int seed)
    {
        _listener.Start();
        _accepting = AcceptAsync(length, seed);
    }

    public string Url => $"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _accepting;
        _certificate.Dispose();
    }

    private async Task AcceptAsync(long length, int seed)
    {
        try
        {
            while (true)
            {
                Socket socket = await _listener.AcceptSocketAsync();
                _ = ServeAsync(new NetworkStream(socket, ownsSocket: true), length, seed);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(NetworkStream stream, long length, int seed)
    {
        try
        {
            await using var tls = new SslStream(stream);
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificateContext = _certificate.Context });
            var request = new StringBuilder();
            byte[] octet = new byte[1];
            while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
            {
                if (await tls.ReadAsync(octet) == 0) return;
                request.Append((char)octet[0]);
            }

            await tls.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"));
            await StreamProbe.SendAsync(tls, length, seed);
            await tls.ShutdownAsync();
        }
        catch (IOException)
        {
            // The client went away.
        }
    }
}
