namespace Adit.Proxies.Clients;

/// <summary>How the way to an HTTP proxy itself is protected.</summary>
public enum ConnectSecurity
{
    /// <summary>Not at all: whoever is on that way sees the target's name and, with Basic, the password.</summary>
    None,

    /// <summary>TLS from the first octet.</summary>
    Tls,

    /// <summary>TLS within HTTP/1.1 (RFC 2817), before anything else is said.</summary>
    Upgrade,
}
