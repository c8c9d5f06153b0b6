namespace Adit.Wire.Socks;

/// <summary>The dialects of SOCKS.</summary>
public enum SocksVersion
{
    /// <summary>SOCKS4: IPv4 addresses only ("SOCKS: A protocol for TCP proxy across firewalls", Ying-Da Lee).</summary>
    Socks4,

    /// <summary>SOCKS4A: the same with host names, marked by an address 0.0.0.x.</summary>
    Socks4a,

    /// <summary>SOCKS5 (RFC 1928).</summary>
    Socks5,
}
