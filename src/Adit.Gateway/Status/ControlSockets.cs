using System.Globalization;
using System.Net.Sockets;
using System.Text.Json;
using Adit.Core;

namespace Adit.Gateway.Status;

/// <summary>The control sockets in a state folder, from outside.</summary>
public static class ControlSockets
{
    /// <summary>Ours: octets of an answer that are read; <see cref="ControlSocket.MostConnections"/> of some sections fit.</summary>
    private const int LongestAnswer = 64 * 1024 * 1024;

    // Ours: younger sockets that refuse are about to listen.
    private static readonly TimeSpan Youth = TimeSpan.FromSeconds(10);

    /// <summary>How long a process may take to answer.</summary>
    public static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(3);

    /// <summary>Asks every process of a state folder, and removes the sockets of those that are gone.</summary>
    /// <param name="runFolder">The folder of the sockets; it need not be there.</param>
    /// <param name="connections">The most connections that a section may list.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>One an answer, by process id; and a line for each that did not answer.</returns>
    /// <exception cref="TunnelException">The folder is not this account's to read.</exception>
    public static async Task<(IReadOnlyList<ProcessStatus> Answers, IReadOnlyList<string> Silent)> AskAllAsync(string runFolder, int connections, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(runFolder);
        RemoveStale(runFolder);
        var asked = new List<(int Pid, Task<ProcessStatus> Answer)>();
        foreach ((int pid, string path) in List(runFolder)) asked.Add((pid, AskAsync(path, connections, cancellationToken)));
        var answers = new List<ProcessStatus>();
        var silent = new List<string>();
        foreach ((int pid, Task<ProcessStatus> answer) in asked.OrderBy(a => a.Pid))
        {
            try
            {
                answers.Add(await answer.ConfigureAwait(false));
            }
            catch (TunnelException) when (!IsAlive(pid))
            {
                // It ended meanwhile.
            }
            catch (TunnelException e)
            {
                silent.Add(e.Message);
            }
        }

        return (answers, silent);
    }

    /// <summary>Asks one process.</summary>
    /// <param name="path">Its control socket.</param>
    /// <param name="connections">The most connections that a section may list.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="TunnelException">It does not answer, or not as this version expects.</exception>
    public static async Task<ProcessStatus> AskAsync(string path, int connections, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerTime);
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), limit.Token).ConfigureAwait(false);
            byte[] question = [.. JsonSerializer.SerializeToUtf8Bytes(new ControlRequest("status", connections), StatusJson.Default.ControlRequest), (byte)'\n'];
            await socket.SendAsync(question, limit.Token).ConfigureAwait(false);
            using var answer = new MemoryStream();
            byte[] buffer = new byte[16 * 1024];
            while (await socket.ReceiveAsync(buffer, limit.Token).ConfigureAwait(false) is var count and > 0)
            {
                answer.Write(buffer, 0, count);
                if (answer.Length > LongestAnswer) throw Wrong(path, $"expected at most {LongestAnswer} octets, got more");
            }

            return JsonSerializer.Deserialize(answer.GetBuffer().AsSpan(0, (int)answer.Length), StatusJson.Default.ProcessStatus) is { Protocol: ProcessStatus.CurrentProtocol } status
                ? status
                : throw Wrong(path, $"expected protocol {ProcessStatus.CurrentProtocol}, got another");
        }
        catch (JsonException e)
        {
            throw Wrong(path, "expected a status, got something else", e);
        }
        catch (Exception e) when (e is SocketException or ArgumentException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Wrong(path, $"expected an answer, got {(e is OperationCanceledException ? "silence" : e.Message)}", e);
        }
    }

    /// <summary>Removes the sockets on which nobody listens any more. Never throws for one that cannot be removed.</summary>
    internal static void RemoveStale(string folder)
    {
        foreach ((int pid, string path) in List(folder))
        {
            if (IsAlive(pid) && (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) < Youth || Listens(path))) continue;
            try
            {
                File.Delete(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another account's, or gone already.
            }
        }
    }

    private static bool Listens(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress or SocketError.TryAgain;
        }
        catch (ArgumentException)
        {
            return true; // too long a path to tell
        }
    }

    private static List<(int Pid, string Path)> List(string folder)
    {
        var found = new List<(int, string)>();
        try
        {
            foreach (string path in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.sock") : [])
                if (int.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)) found.Add((pid, path));
            return found;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new TunnelException(TunnelError.PermissionDenied, $"state folder: {folder}: {e.Message}", inner: e);
        }
    }

    private static bool IsAlive(int pid) => Directory.Exists(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}"));

    private static TunnelException Wrong(string path, string what, Exception? inner = null) => new(TunnelError.ConnectionLost, $"control socket: {path}: {what}", inner: inner);
}
