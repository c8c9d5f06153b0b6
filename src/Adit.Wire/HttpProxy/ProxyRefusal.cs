namespace Adit.Wire.HttpProxy;

/// <summary>Why a proxy did not open a tunnel, as far as it tells.</summary>
public enum ProxyRefusal
{
    /// <summary>It did not refuse.</summary>
    None,

    /// <summary>It refused, and its words tell no more precise cause.</summary>
    Other,

    /// <summary>What arrived is no HTTP, or breaks it.</summary>
    Malformed,

    /// <summary>It asks for credentials, and there are none, or none of a kind that it takes.</summary>
    CredentialsRequired,

    /// <summary>It does not know these credentials.</summary>
    CredentialsRefused,

    /// <summary>A rule of the proxy forbids it (403, 405, 451).</summary>
    Denied,

    /// <summary>It could not resolve the target's name.</summary>
    NameNotResolved,

    /// <summary>The target refused the connection.</summary>
    ConnectionRefused,

    /// <summary>The target could not be reached.</summary>
    Unreachable,

    /// <summary>The target did not answer in time.</summary>
    TimedOut,

    /// <summary>It does not do what was asked: CONNECT, or TLS within HTTP.</summary>
    NotSupported,
}
