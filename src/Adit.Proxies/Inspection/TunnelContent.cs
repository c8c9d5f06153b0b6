namespace Adit.Proxies.Inspection;

/// <summary>What flows inside a tunnel, as its first octets tell.</summary>
public enum TunnelContent
{
    /// <summary>Not enough octets to tell.</summary>
    Unknown,

    /// <summary>TLS: a handshake record (RFC 8446 §5.1).</summary>
    Tls,

    /// <summary>SSH: an identification line (RFC 4253 §4.2), of either side.</summary>
    Ssh,

    /// <summary>HTTP/1.x or HTTP/2 in the clear.</summary>
    Http,

    /// <summary>Anything else.</summary>
    Other,
}
