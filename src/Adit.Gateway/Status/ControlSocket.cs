using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Adit.Core;
using Adit.Gateway.State;
using Adit.Platform.Libc;
using Microsoft.Extensions.Logging;

namespace Adit.Gateway.Status;

/// <summary>
/// The control socket of this process, <c>STATE/run/PID.sock</c>. Theory of operation: a client connects, sends one line of JSON, gets one line of JSON, and the connection ends. Only
/// the account of the process and root may: the folder is 0700, the socket 0600, and the kernel names the peer of each connection (SO_PEERCRED). What a client can
/// hold is bounded by the constants below, and a status holds no secret and changes nothing, so that the worst a hostile program of the same account achieves is to read it.
/// </summary>
public sealed partial class ControlSocket : IAsyncDisposable
{
    /// <summary>Connections that a section lists where the client names no number.</summary>
    public const int UsualConnections = 100;

    /// <summary>Ours: the most connections that a section lists, some 200 octets each.</summary>
    public const int MostConnections = 10_000;

    /// <summary>Ours: octets of a request, its line feed included.</summary>
    public const int LongestRequest = 1024;

    /// <summary>Ours: clients at once; one more is turned away.</summary>
    public const int MostClients = 8;

    /// <summary>Ours: how long a client may take, from its connection to its last octet.</summary>
    public static readonly TimeSpan ClientTime = TimeSpan.FromSeconds(5);

    private readonly Socket _socket;
    private readonly Func<int, ProcessStatus> _status;
    private readonly ILogger? _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _clients;
    private int _disposed;

    private ControlSocket(string path, Socket socket, Func<int, ProcessStatus> status, ILogger? logger)
    {
        Path = path;
        _socket = socket;
        _status = status;
        _logger = logger;
        _accepting = Task.Run(AcceptAsync);
    }

    /// <summary>Where it stands.</summary>
    public string Path { get; }

    /// <summary>Makes the folder and the socket, removes those of processes that are gone, and begins to answer.</summary>
    /// <param name="state">The state folder.</param>
    /// <param name="status">Tells the status, with no more than so many connections a section.</param>
    /// <param name="logger">Told of clients that may not ask; null for nobody.</param>
    /// <exception cref="TunnelException">The folder or the socket cannot be made.</exception>
    public static ControlSocket Open(StateFolder state, Func<int, ProcessStatus> status, ILogger? logger = null)
    {
        ArgumentNullException.ThrowIfNull(state);
        ArgumentNullException.ThrowIfNull(status);
        string folder = StateFolder.Open(state.RunFolder).Path;
        ControlSockets.RemoveStale(folder);
        string path = System.IO.Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId}.sock"));
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            // Whoever had this process id before is gone.
            File.Delete(path);
            // Nobody may connect between bind and chmod: listen comes last.
            socket.Bind(new UnixDomainSocketEndPoint(path));
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(MostClients);
            return new ControlSocket(path, socket, status, logger);
        }
        catch (Exception e) when (e is SocketException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            socket.Dispose();
            throw new TunnelException(TunnelError.BadConfiguration, $"control socket: {path}: expected a place for a socket, got {e.Message}", inner: e);
        }
    }

    /// <summary>Stops to answer and removes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        try
        {
            File.Delete(Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The next process removes it.
        }

        _socket.Dispose();
        await _accepting.ConfigureAwait(false);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket client = await _socket.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                if (Interlocked.Increment(ref _clients) <= MostClients) _ = ServeAsync(client);
                else Leave(client);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A shortage of descriptors, which passes.
                await Task.Delay(TimeSpan.FromMilliseconds(100), _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        try
        {
            if (!IsPermitted(client)) return;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            limit.CancelAfter(ClientTime);
            byte[] answer = Answer(await ReadLineAsync(client, limit.Token).ConfigureAwait(false));
            for (ReadOnlyMemory<byte> rest = answer; !rest.IsEmpty;) rest = rest[await client.SendAsync(rest, limit.Token).ConfigureAwait(false)..];
            client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // It is gone, or slow.
        }
        catch (Exception e)
        {
            if (_logger is not null) LogUnexpected(_logger, e);
        }
        finally
        {
            Leave(client);
        }
    }

    private void Leave(Socket client)
    {
        Interlocked.Decrement(ref _clients);
        client.Dispose();
    }

    private bool IsPermitted(Socket client)
    {
        const int SocketLevel = 1; // SOL_SOCKET
        const int PeerCredentials = 17; // SO_PEERCRED
        byte[] credentials = new byte[12]; // struct ucred: pid, uid, gid
        client.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        uint user = BitConverter.IsLittleEndian ? BinaryPrimitives.ReadUInt32LittleEndian(credentials.AsSpan(4)) : BinaryPrimitives.ReadUInt32BigEndian(credentials.AsSpan(4));
        if (user == 0 || user == FileStatus.CurrentUser) return true;
        if (_logger is not null) LogForbidden(_logger, user);
        return false;
    }

    private static async Task<byte[]?> ReadLineAsync(Socket client, CancellationToken cancellationToken)
    {
        byte[] line = new byte[LongestRequest];
        int length = 0;
        while (length < line.Length)
        {
            int count = await client.ReceiveAsync(line.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (count == 0) return null;
            int end = line.AsSpan(length, count).IndexOf((byte)'\n');
            if (end >= 0) return line[..(length + end)];
            length += count;
        }

        return null;
    }

    private byte[] Answer(byte[]? line)
    {
        ControlRequest? request = null;
        try
        {
            if (line is not null) request = JsonSerializer.Deserialize(line, StatusJson.Default.ControlRequest);
        }
        catch (JsonException)
        {
            // As one that is not known.
        }

        byte[] answer = request is { Ask: "status" }
            ? JsonSerializer.SerializeToUtf8Bytes(_status(Math.Clamp(request.Connections ?? UsualConnections, 0, MostConnections)), StatusJson.Default.ProcessStatus)
            : JsonSerializer.SerializeToUtf8Bytes(new ControlFault($"request: expected a line such as {{\"ask\":\"status\"}} of at most {LongestRequest} octets, got something else"), StatusJson.Default.ControlFault);
        return [.. answer, (byte)'\n'];
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "control socket: user id {User} may not ask")]
    private static partial void LogForbidden(ILogger logger, uint user);

    [LoggerMessage(Level = LogLevel.Error, Message = "control socket: unexpected failure")]
    private static partial void LogUnexpected(ILogger logger, Exception exception);
}
