namespace Adit.Gateway.Configuration;

/// <summary>A named set of SSH algorithms.</summary>
public enum AlgorithmProfile
{
    /// <summary>Everything that is not known to be weak; the default.</summary>
    Compat,

    /// <summary>The strictest: post-quantum key exchange, ed25519 or RSA of 4096 bits, AEAD or CTR ciphers, encrypt-then-MAC.</summary>
    Hardened,
}
