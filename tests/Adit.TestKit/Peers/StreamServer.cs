using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Adit.TestKit.Peers;

/// <summary>A server in the tests' own process, on TCP (either family) or a unix socket, that does one thing with every connection.</summary>
public sealed class StreamServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly Func<NetworkStream, Task> _serve;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly Task _accepting;
    private int _accepted;

    private StreamServer(EndPoint endPoint, Func<NetworkStream, Task> serve)
    {
        _serve = serve;
        (_listener, EndPoint place) = NamespaceEndPoint.Open(endPoint);
        _listener.Bind(place);
        _listener.Listen(1024);
        EndPoint = _listener.LocalEndPoint!;
        _accepting = AcceptAsync();
    }

    public EndPoint EndPoint { get; }

    /// <summary>The TCP port; 0 for a unix socket.</summary>
    public int Port => (EndPoint as IPEndPoint)?.Port ?? 0;

    /// <summary>How many connections came so far.</summary>
    public int Accepted => _accepted;

    /// <summary>How many of them this side has not closed yet.</summary>
    public int Open => _open.Count;

    /// <summary>Sends back what it receives; ends its direction when the peer ends its own.</summary>
    public static StreamServer Echo(EndPoint? endPoint = null) => new(endPoint ?? Loopback, async stream =>
    {
        await stream.CopyToAsync(stream, 64 * 1024);
    });

    /// <summary>Reads to the end, and only then answers: the SHA-256 in lower-case hexadecimal, a space, the count, a line feed (a test of half-close).</summary>
    public static StreamServer Sink(EndPoint? endPoint = null) => new(endPoint ?? Loopback, async stream =>
    {
        (string digest, long length) = await StreamProbe.ReadToEndAsync(stream);
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{digest} {length}\n"));
    });

    /// <summary>Sends <paramref name="length"/> octets of <see cref="SeededOctets"/> and ends, whatever it receives.</summary>
    public static StreamServer Source(long length, int seed, EndPoint? endPoint = null) => new(endPoint ?? Loopback, stream =>
        StreamProbe.SendAsync(stream, length, seed));

    /// <summary>Never reads and never sends.</summary>
    public static StreamServer Silent(EndPoint? endPoint = null) => new(endPoint ?? Loopback, _ => Task.Delay(Timeout.Infinite));

    /// <summary>Answers each HTTP/1.1 request with <paramref name="length"/> octets of <see cref="SeededOctets"/>.</summary>
    public static StreamServer Http(long length, int seed, EndPoint? endPoint = null) => new(endPoint ?? Loopback, async stream =>
    {
        StringBuilder request = new();
        byte[] octet = new byte[1];
        while (!request.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            if (request.Length > 16 * 1024 || await stream.ReadAsync(octet) == 0) return;
            request.Append((char)octet[0]);
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"));
        await StreamProbe.SendAsync(stream, length, seed);
    });

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Dispose();
        if (EndPoint is UnixDomainSocketEndPoint unix) File.Delete(unix.ToString());
        foreach (Socket socket in _open.Keys) socket.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private static IPEndPoint Loopback => new(IPAddress.Loopback, 0);

    private async Task AcceptAsync()
    {
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _accepted);
            _open[socket] = true;
            _ = ServeAsync(socket);
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        await Task.Yield();
        try
        {
            if (socket.AddressFamily != AddressFamily.Unix) socket.NoDelay = true;
            await using NetworkStream stream = new(socket, ownsSocket: true);
            await _serve(stream);
            socket.Shutdown(SocketShutdown.Send);
            byte[] rest = new byte[4096];
            while (await stream.ReadAsync(rest) > 0)
            {
                // Until the peer has ended too, so that closing does not reset what is under way.
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The peer went away, or the test is over.
        }
        finally
        {
            _open.TryRemove(socket, out _);
        }
    }
}
