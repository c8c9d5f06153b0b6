namespace Adit.Ssh.Config;

public sealed partial record SshConfig
{
    /// <summary>What <c>-L</c> and LocalForward ask for, bind addresses decided.</summary>
    public IReadOnlyList<LocalForward> LocalForwards { get; init; } = [];

    /// <summary>What <c>-R</c> and RemoteForward ask for.</summary>
    public IReadOnlyList<RemoteForward> RemoteForwards { get; init; } = [];

    /// <summary>What <c>-D</c> and DynamicForward ask for, bind addresses decided.</summary>
    public IReadOnlyList<DynamicForward> DynamicForwards { get; init; } = [];

    /// <summary>Whether forwards were asked for and cleared; the lists are then empty.</summary>
    public bool ClearAllForwardings { get; init; }

    /// <summary>Whether a forward that cannot be set up ends the connection.</summary>
    public bool ExitOnForwardFailure { get; init; }

    /// <summary>Whether other hosts may connect to local forwards.</summary>
    public bool GatewayPorts { get; init; }

    /// <summary>What clients of a remote dynamic forward may reach.</summary>
    public PermitRemoteOpen PermitRemoteOpen { get; init; } = PermitRemoteOpen.Any;

    /// <summary>The umask for sockets of forwards.</summary>
    public int StreamLocalBindMask { get; init; } = DefaultStreamLocalBindMask;

    /// <summary>Whether a stale socket is removed before listening.</summary>
    public bool StreamLocalBindUnlink { get; init; }

    /// <summary>Whether the agent is offered to the server.</summary>
    public bool ForwardAgent { get; init; }

    /// <summary>The socket of the agent that is offered; null for that of <see cref="IdentityAgent"/>.</summary>
    public string? ForwardAgentSocket { get; init; }

    /// <summary>Whether X11 forwarding is asked for.</summary>
    public bool ForwardX11 { get; init; }

    /// <summary>The tun device asked for: <c>no</c>, <c>point-to-point</c> or <c>ethernet</c>.</summary>
    public string Tunnel { get; init; } = "no";

    /// <summary>TunnelDevice: the devices at both ends.</summary>
    public TunnelUnits TunnelDevice { get; init; } = TunnelUnits.Any;
}
