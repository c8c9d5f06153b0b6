using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Adit.Core;
using Adit.Core.Streams;
using Adit.Platform.Descriptors;
using Adit.Platform.Libc;
using Adit.Ssh.Client;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Multiplexing;

/// <summary>
/// Shares one SSH connection with other processes of this user, by OpenSSH's multiplexing protocol (PROTOCOL.mux, version 4): ssh(1) can be its client.
/// Theory of operation of this folder: a client connects to the master's unix socket, asks, and passes its own standard streams; the master opens a channel
/// for them and relays, without a word from the client until the session ends. The client keeps its connection open meanwhile: its end is the end of the session.
/// What the streams are nobody knows (terminals, files, pipes, sockets), and they stay shared with the client, so they are never made non-blocking: each is
/// asked before it is read or written (<see cref="PolledDescriptor"/>).
/// Only processes of this user and root are served: the socket has mode 0600, and the kernel tells who connects.
/// </summary>
public sealed partial class ControlMaster : IAsyncDisposable
{
    // Ours.
    private const int Backlog = 64;

    private readonly Socket _listener;
    private readonly SshClient _client;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly Dictionary<ControlMasterClient, Task> _clients = [];
    private TaskCompletionSource? _idle;
    private ITimer? _timer;
    private long _lastBusy;
    private Task _accepting = Task.CompletedTask;
    private int _stopped;
    private int _disposed;

    private ControlMaster(ControlMasterOptions options, SshClient client, IControlForwards forwards, Socket listener, ILogger logger, TimeProvider time)
    {
        Options = options;
        Forwards = forwards;
        Logger = logger;
        _client = client;
        _listener = listener;
        _time = time;
    }

    /// <summary>How it is set up.</summary>
    public ControlMasterOptions Options { get; }

    /// <summary>Clients that are connected.</summary>
    public int ClientCount
    {
        get
        {
            lock (_lock) return _clients.Count;
        }
    }

    /// <summary>
    /// Completes when a client has told the master to end, it was idle for <see cref="ControlMasterOptions.Persist"/>, or it is unused after it was stopped
    /// (<see cref="ControlMasterOptions.EndsWhenStopped"/>). Never faults.
    /// </summary>
    public Task Ended => _ended.Task;

    internal SshClient Client => _client;

    internal IControlForwards Forwards { get; }

    internal ILogger Logger { get; }

    /// <summary>Makes the control socket and begins to serve.</summary>
    /// <param name="options">Where and how.</param>
    /// <param name="client">The connection to share; not owned.</param>
    /// <param name="forwards">Its forwards.</param>
    /// <param name="logger">Debug words; null for none.</param>
    /// <param name="time">The clock of <see cref="ControlMasterOptions.Persist"/>; null for the system's.</param>
    /// <returns>Null when the path is taken, as by another master.</returns>
    /// <exception cref="TunnelException">The socket cannot be made there.</exception>
    public static ControlMaster? TryListen(ControlMasterOptions options, SshClient client, IControlForwards forwards, ILogger? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(forwards);
        Socket? listener = TryBind(options.Path);
        if (listener is null) return null;
        var master = new ControlMaster(options, client, forwards, listener, logger ?? NullLogger.Instance, time ?? TimeProvider.System);
        master._accepting = master.AcceptAsync();
        if (options.Persist is { } persist && persist != Timeout.InfiniteTimeSpan && persist != TimeSpan.MaxValue) master.StartTimer(persist);
        return master;
    }

    /// <summary>Tells the sessions that have a terminal its size anew: a client's terminal has changed, which its client tells by SIGWINCH to this process.</summary>
    public void ResizeWindows()
    {
        lock (_lock)
        {
            foreach (ControlMasterClient client in _clients.Keys) client.ResizeWindow();
        }
    }

    /// <summary>Waits until no client is connected.</summary>
    public Task WaitIdleAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_clients.Count == 0) return Task.CompletedTask;
            _idle ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _idle.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Takes no more clients and removes the socket; sessions go on.</summary>
    public void StopListening()
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0) return;
        try
        {
            File.Delete(Options.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(Logger, Options.Path, e.Message);
        }

        _listener.Dispose();
    }

    /// <summary>Removes the socket and leaves every client.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0) return;
        StopListening();
        lock (_lock) _timer?.Dispose();
        await _over.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(false);
        Task[] serving;
        lock (_lock) serving = [.. _clients.Values];
        await Task.WhenAll(serving).ConfigureAwait(false);
        _ended.TrySetResult();
    }

    internal void End() => _ended.TrySetResult();

    /// <summary>A client told it to take no more of them.</summary>
    internal void Stop()
    {
        StopListening();
        if (!Options.EndsWhenStopped) return;
        lock (_lock)
        {
            if (Volatile.Read(ref _disposed) != 0) return;
            _timer?.Dispose();
            StartTimer(TimeSpan.Zero);
        }
    }

    // The socket gets its name once it listens: whoever finds the name can connect. A name that is taken stays whose it is.
    private static Socket? TryBind(string path)
    {
        string early = $"{path}.{RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 16)}";
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        bool bound = false;
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint(early));
            bound = true;
            // Nobody can connect before listen: until then the mode that the umask left harms nobody.
            File.SetUnixFileMode(early, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            socket.Listen(Backlog);
            if (HardLink.TryCreate(early, path)) return socket;
            socket.Dispose();
            return null;
        }
        catch (Exception e) when (e is SocketException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            socket.Dispose();
            string cause = e switch
            {
                SocketException s => Marshal.GetPInvokeErrorMessage(s.NativeErrorCode),
                ArgumentException => "path too long for Unix domain socket",
                _ => e.Message,
            };
            throw new TunnelException(TunnelError.BadConfiguration, $"unix_listener: cannot bind to path {early}: {cause}", null, e);
        }
        finally
        {
            // .NET removes the name that it bound when the socket is closed; by then it is another's or nobody's.
            if (bound) File.Delete(early);
        }
    }

    private async Task AcceptAsync()
    {
        while (Volatile.Read(ref _stopped) == 0)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_over.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException)
            {
                return;
            }
            catch (SocketException e)
            {
                if (Volatile.Read(ref _stopped) != 0) return;
                LogNotAccepted(Logger, e.SocketErrorCode.ToText());
                // Out of descriptors, say: trying at once would spin.
                await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None).ConfigureAwait(false);
                continue;
            }

            var control = new ControlSocket(socket);
            if (control.PeerUser is { } user && user != 0 && user != FileStatus.CurrentUser)
            {
                LogStranger(Logger, user, FileStatus.CurrentUser);
                control.Dispose();
                continue;
            }

            lock (_lock)
            {
                if (_clients.Count >= Options.Clients)
                {
                    LogFull(Logger, Options.Clients);
                    control.Dispose();
                    continue;
                }

                var client = new ControlMasterClient(this, control);
                // Runs apart, so that it finds itself in the table when it ends.
                _clients[client] = Task.Run(() => ServeAsync(client), CancellationToken.None);
            }
        }
    }

    private async Task ServeAsync(ControlMasterClient client)
    {
        try
        {
            await client.RunAsync(_over.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            LogClientLost(Logger, e.Message);
        }
        catch (Exception e)
        {
            LogUnexpected(Logger, e);
        }
        finally
        {
            client.Dispose();
            lock (_lock)
            {
                _clients.Remove(client);
                _lastBusy = _time.GetTimestamp();
                if (_clients.Count == 0)
                {
                    _idle?.TrySetResult();
                    _idle = null;
                }
            }
        }
    }

    private void StartTimer(TimeSpan persist)
    {
        _lastBusy = _time.GetTimestamp();
        // Ours: forwarded connections are looked for, not heard of; a second more or less is nothing to a time that people choose.
        TimeSpan tick = TimeSpan.FromMilliseconds(Math.Clamp(persist.TotalMilliseconds / 4, 50, 1000));
        _timer = _time.CreateTimer(_ => Tick(persist), null, tick, tick);
    }

    private void Tick(TimeSpan persist)
    {
        lock (_lock)
        {
            if (_clients.Count > 0 || _client.Connection.ChannelCount > 0)
            {
                _lastBusy = _time.GetTimestamp();
                return;
            }

            if (_time.GetElapsedTime(_lastBusy) < persist) return;
        }

        LogExpired(Logger);
        // Whoever connects from now on makes a master of their own.
        StopListening();
        End();
    }
}
