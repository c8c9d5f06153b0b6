namespace Adit.Wire.HttpProxy;

/// <summary>What a <see cref="ConnectHandshake"/> found.</summary>
public enum ConnectEvent
{
    /// <summary>Send what is to be sent, if anything; then more octets are needed.</summary>
    NeedMore,

    /// <summary>The request is to be made again on a new connection, for this one ends.</summary>
    Reconnect,

    /// <summary>The tunnel is open: payload follows.</summary>
    Succeeded,

    /// <summary>The proxy refused, or is none.</summary>
    Failed,
}
