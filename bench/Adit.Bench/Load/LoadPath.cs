using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Adit.Bench.Load;

/// <summary>The way to the load server: a port that leads there by itself, or a proxy that is asked for it.</summary>
/// <param name="Port">The port of loopback to connect to.</param>
/// <param name="Through">"", socks5 or connect.</param>
/// <param name="Target">The load server's port, where a proxy is asked.</param>
internal sealed record LoadPath(int Port, string Through = "", int Target = 0)
{
    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    public static LoadPath Parse(string text)
    {
        string[] parts = text.Split('/');
        return new LoadPath(int.Parse(parts[0]), parts.Length > 1 ? parts[1] : "", parts.Length > 2 ? int.Parse(parts[2]) : 0);
    }

    public override string ToString() => Through.Length == 0 ? Port.ToString(CultureInfo.InvariantCulture) : $"{Port}/{Through}/{Target}";

    /// <summary>Connects, and has the proxy connect.</summary>
    public Socket Connect()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, Port);
        if (Through == "socks5") AskSocks(socket);
        else if (Through == "connect") AskHttp(socket);
        return socket;
    }

    private void AskSocks(Socket socket)
    {
        Span<byte> answer = stackalloc byte[10];
        socket.Send([5, 1, 0]);
        Fill(socket, answer[..2]);
        socket.Send([5, 1, 0, 1, 127, 0, 0, 1, (byte)(Target >> 8), (byte)Target]);
        Fill(socket, answer);
        if (answer[1] != 0) throw new InvalidOperationException($"socks5: expected reply 0, got {answer[1]}");
    }

    private void AskHttp(Socket socket)
    {
        socket.Send(Encoding.ASCII.GetBytes($"CONNECT 127.0.0.1:{Target} HTTP/1.1\r\nHost: 127.0.0.1:{Target}\r\n\r\n"));
        Span<byte> head = stackalloc byte[2048];
        int length = 0;
        // Nothing comes behind the head before the load server is asked.
        while (!head[..length].EndsWith("\r\n\r\n"u8)) length += LoadClient.Expect(socket, head[length..]);
        if (!head.StartsWith("HTTP/1.0 200"u8) && !head.StartsWith("HTTP/1.1 200"u8)) throw new InvalidOperationException($"connect: expected 200, got {Encoding.ASCII.GetString(head[..Math.Min(length, 60)])}");
    }

    private static void Fill(Socket socket, Span<byte> into)
    {
        while (into.Length > 0) into = into[LoadClient.Expect(socket, into)..];
    }
}
