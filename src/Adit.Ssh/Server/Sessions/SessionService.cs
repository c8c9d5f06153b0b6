using Adit.Platform.Processes;
using Adit.Ssh.Channels;
using Adit.Ssh.Server.Forwarding;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Ssh.Server.Sessions;

/// <summary>
/// Shells, commands and subsystems of one connection (RFC 4254 §6): see <see cref="SessionChannel"/> for how one runs. Give it to a
/// <see cref="ForwardingService"/> by <see cref="ForwardingOptions.Sessions"/>. What belongs to the connection ends with it: terminals hang up, pipes break, the
/// agent's socket is removed. As with sshd, a program without a terminal that minds neither goes on.
/// </summary>
public sealed class SessionService : ISessionService
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private int _open;
    private AgentListener? _agent;
    private bool _over;

    /// <summary>Makes a service.</summary>
    /// <param name="connection">The client's connection.</param>
    /// <param name="options">What may be run, and as whom.</param>
    /// <param name="logger">Where to log; null for nowhere.</param>
    /// <param name="time">The clock of expiry-time; null for the system's.</param>
    /// <exception cref="InvalidOperationException">No account was given, and the system does not know this process's.</exception>
    public SessionService(SshConnection connection, SessionOptions options, ILogger? logger = null, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(options.MaxSessions);
        Connection = connection;
        Options = options;
        _time = time ?? TimeProvider.System;
        Logger = logger ?? NullLogger.Instance;
        Account = options.Account ?? UserAccount.Current ?? throw new InvalidOperationException("sessions: expected the account of this process to be known, got none");
        connection.Over.Register(static self => ((SessionService)self!).End(), this);
    }

    internal SshConnection Connection { get; }

    internal SessionOptions Options { get; }

    internal ILogger Logger { get; }

    /// <summary>Whose names, home folder and shell programs get.</summary>
    internal UserAccount Account { get; }

    /// <summary>The path of the agent's socket; null when nobody asked for it.</summary>
    internal string? AgentPath
    {
        get
        {
            lock (_lock) return _agent?.Path;
        }
    }

    /// <inheritdoc/>
    public ChannelVerdict OpenSession()
    {
        // As with forwarding: an expired key begins nothing more in a connection that lives on.
        if (Options.Permissions.IsExpired(_time.GetUtcNow())) return ChannelVerdict.Refuse(ChannelOpenFailureReason.AdministrativelyProhibited, "expiry-time");
        lock (_lock)
        {
            // sshd(8) says the same, and ssh(1) then makes a connection of its own.
            if (_open >= Options.MaxSessions) return ChannelVerdict.Refuse(ChannelOpenFailureReason.ConnectFailed, "open failed");
            _open++;
        }

        var session = new SessionChannel(this);
        return ChannelVerdict.Accept(session.RunAsync, session.Prepare, held: new Place(this));
    }

    /// <summary>Lets another session open.</summary>
    internal void Release()
    {
        lock (_lock) _open--;
    }

    /// <summary>Makes the agent's socket, one for all sessions of the connection.</summary>
    /// <exception cref="IOException">It could not be made.</exception>
    internal void StartAgent()
    {
        lock (_lock)
        {
            if (!_over) _agent ??= AgentListener.Start(Connection, Options.Account);
        }
    }

    private void End()
    {
        AgentListener? agent;
        lock (_lock)
        {
            _over = true;
            agent = _agent;
        }

        // Off the receive loop: removing the socket may take another account's rights, and a thread for them.
        if (agent is not null) ThreadPool.UnsafeQueueUserWorkItem(static a => a.Dispose(), agent, preferLocal: false);
    }

    /// <summary>The place of a session that could not be opened after all.</summary>
    private sealed class Place(SessionService service) : IDisposable
    {
        public void Dispose() => service.Release();
    }
}
