namespace Adit.Wire.Lifeline;

/// <summary>Octets of the fields that HELLO, WELCOME and CONFIRM share. docs/protocols/lifeline.md §4.</summary>
public static class LifelineHandshake
{
    /// <summary>Octets of a nonce of either side.</summary>
    public const int NonceLength = 12;

    /// <summary>Octets of the hint at a carrier key; zero where there is none.</summary>
    public const int HintLength = 4;

    /// <summary>Octets of a session's number; zero for a new session.</summary>
    public const int SessionLength = 8;

    /// <summary>Octets of a path's number.</summary>
    public const int PathLength = 4;

    /// <summary>Octets of a cookie.</summary>
    public const int CookieLength = 16;

    /// <summary>Octets of an X25519 public key, which stands where there is no carrier key.</summary>
    public const int PublicKeyLength = 32;
}
