using System.Security.Cryptography;
using Adit.Platform.Crypto;
using Adit.Platform.Crypto.PostQuantum;

namespace Adit.Ssh.KeyExchange;

/// <summary>
/// One key agreement. The public values travel as strings: octets for ECDH and curve25519 (RFC 5656 §4, RFC 8731) and the hybrids with a KEM, the
/// content of an mpint for the classic groups (RFC 4253 §8), which gives the same encoding on the wire and in the exchange hash.
/// </summary>
internal abstract class KeyAgreement : IDisposable
{
    /// <summary>Those that withstand a quantum computer, as far as is known, preferred first.</summary>
    public static readonly string[] PostQuantumNames =
    [
        .. MlKem768.IsSupported ? ["mlkem768x25519-sha256"] : Array.Empty<string>(), "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com",
    ];

    /// <summary>The methods by name, preferred first.</summary>
    public static readonly string[] Names =
    [
        .. PostQuantumNames,
        "curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521",
        "diffie-hellman-group16-sha512", "diffie-hellman-group18-sha512", "diffie-hellman-group14-sha256",
    ];

    /// <summary>The hash of the exchange.</summary>
    public abstract HashAlgorithmName Hash { get; }

    /// <summary>Whether K enters the exchange hash and the keys as a string, not as an mpint.</summary>
    public virtual bool SecretIsString => false;

    /// <summary>This side's public value, as the content of its string on the wire; a KEM's server has one only once it agreed.</summary>
    public abstract byte[] PublicValue { get; }

    /// <summary>Makes a fresh agreement.</summary>
    /// <param name="name">The method.</param>
    /// <param name="isClient">Whether this side is the client, whose public value goes first.</param>
    /// <exception cref="ArgumentException">The name is not one of <see cref="Names"/>.</exception>
    public static KeyAgreement Create(string name, bool isClient) => name switch
    {
        "mlkem768x25519-sha256" => new MlKemAgreement(isClient),
        "sntrup761x25519-sha512" or "sntrup761x25519-sha512@openssh.com" => new Sntrup761Agreement(isClient),
        "curve25519-sha256" or "curve25519-sha256@libssh.org" => new Curve25519Agreement(),
        "ecdh-sha2-nistp256" => new EllipticCurveAgreement(ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256, 32),
        "ecdh-sha2-nistp384" => new EllipticCurveAgreement(ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384, 48),
        "ecdh-sha2-nistp521" => new EllipticCurveAgreement(ECCurve.NamedCurves.nistP521, HashAlgorithmName.SHA512, 66),
        "diffie-hellman-group16-sha512" => new FiniteFieldAgreement(DiffieHellmanGroup.Group16, HashAlgorithmName.SHA512),
        "diffie-hellman-group18-sha512" => new FiniteFieldAgreement(DiffieHellmanGroup.Group18, HashAlgorithmName.SHA512),
        "diffie-hellman-group14-sha256" => new FiniteFieldAgreement(DiffieHellmanGroup.Group14, HashAlgorithmName.SHA256),
        _ => throw new ArgumentException($"key exchange: method: expected a known one, got {name}", nameof(name)),
    };

    /// <summary>Computes the shared secret K: a big-endian magnitude, or a string's octets.</summary>
    /// <returns>False when the peer's value must be refused.</returns>
    public abstract bool TryAgree(ReadOnlySpan<byte> peerPublicValue, out byte[] secret);

    /// <inheritdoc/>
    public abstract void Dispose();
}
