using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Adit.Proxies.Tests.Serving;

/// <summary>Either end of a TCP connection, octet by octet, with a deadline for everything.</summary>
internal sealed class RawConnection(NetworkStream stream) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public NetworkStream Stream { get; } = stream;

    public IPEndPoint Local => (IPEndPoint)Stream.Socket.LocalEndPoint!;

    public static async Task<RawConnection> OpenAsync(IPEndPoint to)
    {
        var socket = new Socket(to.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(to);
        return new RawConnection(new NetworkStream(socket, ownsSocket: true));
    }

    public Task SendAsync(string text) => SendAsync(Encoding.Latin1.GetBytes(text));

    public async Task SendAsync(byte[] octets) => await Stream.WriteAsync(octets).AsTask().WaitAsync(Patience);

    public void EndSending() => Stream.Socket.Shutdown(SocketShutdown.Send);

    /// <summary>Reads up to and including a text.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        var text = new StringBuilder();
        byte[] one = new byte[1];
        while (!EndsWith(text, end))
        {
            if (await Stream.ReadAsync(one).AsTask().WaitAsync(Patience) == 0) Assert.Fail($"expected '{end}', got the end behind '{text}'");
            text.Append((char)one[0]);
        }

        return text.ToString();
    }

    public Task<string> ReadHeadAsync() => ReadUntilAsync("\r\n\r\n");

    public async Task<byte[]> ReadAsync(int count)
    {
        byte[] octets = new byte[count];
        await Stream.ReadExactlyAsync(octets).AsTask().WaitAsync(Patience);
        return octets;
    }

    public async Task<string> ReadTextAsync(int count) => Encoding.Latin1.GetString(await ReadAsync(count));

    /// <summary>All until the end of the stream.</summary>
    public async Task<string> ReadToEndAsync()
    {
        using var all = new MemoryStream();
        await Stream.CopyToAsync(all).WaitAsync(Patience);
        return Encoding.Latin1.GetString(all.ToArray());
    }

    /// <summary>Whether the peer reset the connection, or ended it, without another octet.</summary>
    public async Task<bool> IsCutAsync()
    {
        try
        {
            return await Stream.ReadAsync(new byte[1]).AsTask().WaitAsync(Patience) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public ValueTask DisposeAsync() => Stream.DisposeAsync();

    private static bool EndsWith(StringBuilder text, string end)
    {
        if (text.Length < end.Length) return false;
        for (int i = 0; i < end.Length; i++)
            if (text[text.Length - end.Length + i] != end[i]) return false;
        return true;
    }
}
