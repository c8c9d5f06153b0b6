using System.Net.Sockets;
using Adit.Core;
using Adit.Core.Relay;
using Adit.Core.Streams;
using Adit.Platform.Processes;
using Adit.Ssh.Channels;

namespace Adit.Ssh.Server.Sessions;

/// <summary>
/// The client's agent at this side: a unix socket in a folder that only the account can enter, and a channel <c>auth-agent@openssh.com</c> for each
/// program that connects. Disposing removes both.
/// </summary>
internal sealed class AgentListener : IDisposable
{
    /// <summary>Ours: programs that wait for the client to confirm their channel; more wait in the backlog.</summary>
    private const int PendingOpens = 16;

    private static readonly TimeSpan ConfirmTimeout = TimeSpan.FromSeconds(30);

    private readonly SshConnection _connection;
    private readonly UserAccount? _account;
    private readonly Socket _socket;
    private readonly string _folder;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _pending = new(PendingOpens);
    private int _disposed;

    private AgentListener(SshConnection connection, UserAccount? account, Socket socket, string folder, string path)
    {
        _connection = connection;
        _account = account;
        _socket = socket;
        _folder = folder;
        Path = path;
    }

    /// <summary>SSH_AUTH_SOCK.</summary>
    public string Path { get; }

    /// <summary>Makes the socket, as the account.</summary>
    /// <exception cref="IOException">It could not be made.</exception>
    public static AgentListener Start(SshConnection connection, UserAccount? account)
    {
        AgentListener made = ThreadAccount.Run(account, () =>
        {
            // mkdtemp(3): mode 0700, and nobody else's.
            string folder = Directory.CreateTempSubdirectory("ssh-").FullName;
            string path = System.IO.Path.Combine(folder, $"agent.{Environment.ProcessId}");
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                socket.Bind(new UnixDomainSocketEndPoint(path));
                File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                socket.Listen(128);
                return new AgentListener(connection, account, socket, folder, path);
            }
            catch (SocketException e)
            {
                socket.Dispose();
                Directory.Delete(folder, recursive: true);
                throw new IOException($"agent: {path}: {e.Message}", e);
            }
        });
        _ = made.AcceptAsync();
        return made;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        _stop.Cancel();
        _socket.Dispose();
        try
        {
            // As the account: its folder may have been replaced by a link meanwhile.
            ThreadAccount.Run(_account, () =>
            {
                File.Delete(Path);
                Directory.Delete(_folder);
                return true;
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The account has put something else there, which is its own affair.
        }
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                await _pending.WaitAsync(_stop.Token).ConfigureAwait(false);
                _ = ServeAsync(new SocketStream(await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The session is over.
        }
    }

    private async Task ServeAsync(SocketStream program)
    {
        SshChannel channel;
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            limit.CancelAfter(ConfirmTimeout);
            channel = await _connection.OpenChannelAsync("auth-agent@openssh.com", default, null, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TunnelException or OperationCanceledException)
        {
            // The client has no agent, or none any more: the program sees its connection closed.
            await program.DisposeAsync().ConfigureAwait(false);
            return;
        }
        finally
        {
            _pending.Release();
        }

        await StreamRelay.RunAsync(channel, program).ConfigureAwait(false);
    }
}
