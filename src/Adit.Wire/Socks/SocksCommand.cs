namespace Adit.Wire.Socks;

/// <summary>What a client asks for (RFC 1928 §4).</summary>
public enum SocksCommand : byte
{
    /// <summary>CONNECT.</summary>
    Connect = 1,

    /// <summary>BIND: wait for one connection from outside.</summary>
    Bind = 2,

    /// <summary>UDP ASSOCIATE; SOCKS5 only.</summary>
    UdpAssociate = 3,
}
