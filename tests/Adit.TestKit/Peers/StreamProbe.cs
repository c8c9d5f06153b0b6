using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Adit.TestKit.Peers;

/// <summary>The client's side of <see cref="StreamServer"/>: moves octets through whatever is at an address, and says what arrived.</summary>
public static class StreamProbe
{
    private const int Portion = 64 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Connects to "address:port" of loopback or to any other endpoint; the stream owns its socket.</summary>
    public static async Task<NetworkStream> ConnectAsync(EndPoint endPoint)
    {
        (Socket socket, EndPoint place) = NamespaceEndPoint.Open(endPoint);
        try
        {
            using CancellationTokenSource deadline = new(PeerProcess.Patience);
            if (place.AddressFamily != AddressFamily.Unix) socket.NoDelay = true;
            await socket.ConnectAsync(place, deadline.Token);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="ConnectAsync(EndPoint)"/>
    public static Task<NetworkStream> ConnectAsync(string address, int port) => ConnectAsync(new IPEndPoint(IPAddress.Parse(address), port));

    /// <summary>To a <see cref="StreamServer.Sink"/>: sends seeded octets, ends its direction, then returns the answer without its line feed.</summary>
    public static async Task<string> UploadAsync(EndPoint endPoint, long length, int seed)
    {
        await using NetworkStream stream = await ConnectAsync(endPoint);
        await SendAsync(stream, length, seed).WaitAsync(Patience);
        stream.Socket.Shutdown(SocketShutdown.Send);
        using StreamReader reader = new(stream, Encoding.ASCII);
        return (await reader.ReadToEndAsync().WaitAsync(Patience)).TrimEnd('\n');
    }

    /// <summary>What <see cref="UploadAsync"/> returns when all arrived.</summary>
    public static string ExpectedAnswer(long length, int seed) => $"{SeededOctets.Digest(seed, length)} {length}";

    /// <summary>From a <see cref="StreamServer.Source"/>: the SHA-256 of what came until the end, and how much it was.</summary>
    public static async Task<(string Digest, long Length)> DownloadAsync(EndPoint endPoint)
    {
        await using NetworkStream stream = await ConnectAsync(endPoint);
        return await ReadToEndAsync(stream).WaitAsync(Patience);
    }

    /// <summary>To a <see cref="StreamServer.Echo"/>: sends and receives at once; the SHA-256 of what came back.</summary>
    public static async Task<(string Digest, long Length)> EchoAsync(EndPoint endPoint, long length, int seed)
    {
        await using NetworkStream stream = await ConnectAsync(endPoint);
        Task sending = Task.Run(async () =>
        {
            await SendAsync(stream, length, seed);
            stream.Socket.Shutdown(SocketShutdown.Send);
        });
        (string, long) received = await ReadToEndAsync(stream).WaitAsync(Patience);
        await sending.WaitAsync(Patience);
        return received;
    }

    /// <summary>To an echo, without half-close: sends and receives the same count at once, and ends only then; the SHA-256 of what came back. For programs that drop what they hold when a channel closes.</summary>
    public static async Task<(string Digest, long Length)> EchoOpenAsync(EndPoint endPoint, long length, int seed)
    {
        await using NetworkStream stream = await ConnectAsync(endPoint);
        Task sending = Task.Run(() => SendAsync(stream, length, seed));
        (string, long) received = await ReadAsync(stream, length).WaitAsync(Patience);
        await sending.WaitAsync(Patience);
        return received;
    }

    /// <summary>To where nobody is let through: sends, and counts what comes back until the end, be that orderly or a reset.</summary>
    public static async Task<long> CountAnswerAsync(EndPoint endPoint, int length, int seed)
    {
        await using NetworkStream stream = await ConnectAsync(endPoint);
        long received = 0;
        try
        {
            await SendAsync(stream, length, seed);
            byte[] buffer = new byte[Portion];
            for (int read; (read = await stream.ReadAsync(buffer).AsTask().WaitAsync(Patience)) > 0;) received += read;
        }
        catch (IOException)
        {
            // A reset, while sending or while receiving.
        }

        return received;
    }

    /// <summary>Writes seeded octets; does not end the stream.</summary>
    public static async Task SendAsync(Stream stream, long length, int seed)
    {
        SeededOctets octets = new(seed);
        byte[] buffer = new byte[Portion];
        for (long left = length; left > 0;)
        {
            Memory<byte> part = buffer.AsMemory(0, (int)Math.Min(left, Portion));
            octets.Fill(part.Span);
            await stream.WriteAsync(part);
            left -= part.Length;
        }
    }

    /// <summary>Reads to the end.</summary>
    public static Task<(string Digest, long Length)> ReadToEndAsync(Stream stream) => ReadAsync(stream, long.MaxValue);

    private static async Task<(string Digest, long Length)> ReadAsync(Stream stream, long most)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[Portion];
        long length = 0;
        int read;
        while (length < most && (read = await stream.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Portion, most - length)))) > 0)
        {
            hash.AppendData(buffer, 0, read);
            length += read;
        }

        return (Convert.ToHexStringLower(hash.GetHashAndReset()), length);
    }
}
