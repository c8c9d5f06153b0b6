namespace Adit.Platform.Crypto;

/// <summary>The MODP groups of RFC 3526 that SSH uses (RFC 8268 §3); the value is the group's number.</summary>
public enum DiffieHellmanGroup
{
    /// <summary>2048 bits (RFC 3526 §3).</summary>
    Group14 = 14,

    /// <summary>4096 bits (RFC 3526 §5).</summary>
    Group16 = 16,

    /// <summary>8192 bits (RFC 3526 §7).</summary>
    Group18 = 18,
}
