using Adit.Core.Streams;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>How a <see cref="ForwardingService"/> works. Immutable.</summary>
public sealed record ForwardingOptions
{
    /// <summary>The session in log lines; default "ssh".</summary>
    public string Name { get; init; } = "ssh";

    /// <summary>The longest that reaching a destination may take, name included; default 60 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Binds the client's listeners; null for plain sockets of this machine.</summary>
    public IStreamBinder? Binder { get; init; }

    /// <summary>Dials unix sockets, such as with the rights of another account; null for this process's own.</summary>
    public IStreamDialer? UnixDialer { get; init; }

    /// <summary>Whether UDP is carried too (<see cref="Adit.Ssh.Forwarding.DatagramChannel"/>), each destination judged like one of TCP; default false, as a server of SSH has it.</summary>
    public bool Datagrams { get; init; }

    /// <summary>How long a flow of datagrams lives without one in either direction; default 5 min, longer than a client's own patience.</summary>
    public TimeSpan DatagramIdle { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Gives packet tunnels their devices (tun@openssh.com); null refuses them.</summary>
    public ITunnelService? Tunnels { get; init; }

    /// <summary>Listeners a session may have, each one or two descriptors; default 256; more are refused.</summary>
    public int Listeners { get; init; } = 256;

    /// <summary>
    /// Streams of one listener whose channel the client has not confirmed yet; default 64. More wait in the kernel's backlog, which is bounded too.
    /// </summary>
    public int PendingOpens { get; init; } = 64;

    /// <summary>How long a client may take to confirm such a channel; default 60 s.</summary>
    public TimeSpan ConfirmTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Serves session channels (shell, exec, subsystems). Null: they are opened, so that the client's user gets a line that says why
    /// there is nothing to run, and end with status 1 as soon as something is asked of them.
    /// </summary>
    public ISessionService? Sessions { get; init; }

    /// <summary>What the user of a client without -N reads on standard error.</summary>
    public string NoSessionsText { get; init; } = "This server forwards only: it runs no shell and no command. Use ssh -N with -L, -R, -D or -W.";
}
