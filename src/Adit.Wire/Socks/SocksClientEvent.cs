namespace Adit.Wire.Socks;

/// <summary>What a <see cref="SocksClientHandshake"/> found.</summary>
public enum SocksClientEvent
{
    /// <summary>More octets are needed.</summary>
    NeedMore,

    /// <summary>The proxy granted the request: payload follows.</summary>
    Succeeded,

    /// <summary>The proxy refused, or is none. <see cref="SocksClientHandshake.FailureReason"/> says why.</summary>
    Failed,
}
