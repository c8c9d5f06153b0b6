namespace Adit.Wire.SshMux;

/// <summary>The direction of a <see cref="MuxForward"/>.</summary>
public enum MuxForwardKind : uint
{
    /// <summary>MUX_FWD_LOCAL: listens here (<c>-L</c>).</summary>
    Local = 1,

    /// <summary>MUX_FWD_REMOTE: listens at the server (<c>-R</c>); for SOCKS clients where the port to connect to is 0.</summary>
    Remote = 2,

    /// <summary>MUX_FWD_DYNAMIC: listens here for SOCKS clients (<c>-D</c>).</summary>
    Dynamic = 3,
}
