namespace Adit.Wire.Socks;

/// <summary>In what way a <see cref="SocksClientHandshake"/> failed.</summary>
public enum SocksFailure
{
    /// <summary>It did not.</summary>
    None,

    /// <summary>What arrived is not SOCKS, or breaks it.</summary>
    Malformed,

    /// <summary>The proxy takes none of the methods of authentication that were offered.</summary>
    NoAcceptableMethod,

    /// <summary>The proxy does not take the user and password, or user id.</summary>
    CredentialsRefused,

    /// <summary>The proxy refused the request: <see cref="SocksClientHandshake.Reply"/> says why.</summary>
    Refused,
}
