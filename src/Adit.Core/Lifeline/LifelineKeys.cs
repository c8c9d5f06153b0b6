using System.Security.Cryptography;
using System.Text;
using Adit.Wire.Lifeline;

namespace Adit.Core.Lifeline;

/// <summary>From secrets and nonces to keys, by HKDF with SHA-256 (RFC 5869). docs/protocols/lifeline.md §4.3 has the labels.</summary>
internal static class LifelineKeys
{
    /// <summary>Octets of a carrier key, of a secret that X25519 agreed on, and of a session's secret.</summary>
    public const int SecretLength = 32;

    /// <summary>Key and vector that authenticate HELLO.</summary>
    public static byte[] Hello(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> clientNonce) => Derive(secret, clientNonce, "lifeline hello", DatagramCipher.SecretLength);

    /// <summary>Key and vector that authenticate WELCOME.</summary>
    public static byte[] Welcome(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce) =>
        Derive(secret, [.. clientNonce, .. serverNonce], "lifeline welcome", DatagramCipher.SecretLength);

    /// <summary>The secret of a new session, and its number.</summary>
    public static (byte[] Secret, byte[] Number) Session(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce)
    {
        byte[] salt = [.. clientNonce, .. serverNonce];
        byte[] number = Derive(secret, salt, "lifeline session number", LifelineHandshake.SessionLength);
        if (!number.AsSpan().ContainsAnyExcept((byte)0)) number[0] = 1; // all zero means a new one
        return (Derive(secret, salt, "lifeline session", SecretLength), number);
    }

    /// <summary>Key and vector of one direction of a path.</summary>
    /// <param name="secret">The carrier key, or what was agreed on.</param>
    /// <param name="session">The session's secret.</param>
    /// <param name="clientNonce">HELLO's.</param>
    /// <param name="serverNonce">WELCOME's.</param>
    /// <param name="toServer">Which direction.</param>
    public static byte[] Path(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> session, ReadOnlySpan<byte> clientNonce, ReadOnlySpan<byte> serverNonce, bool toServer) =>
        Derive([.. secret, .. session], [.. clientNonce, .. serverNonce], toServer ? "lifeline to server" : "lifeline to client", DatagramCipher.SecretLength);

    /// <summary>Which of a server's keys a HELLO means: not secret, and no use to who has not the key.</summary>
    public static byte[] Hint(ReadOnlySpan<byte> carrierKey)
    {
        byte[] hint = Derive(carrierKey, [], "lifeline hint", LifelineHandshake.HintLength);
        if (!hint.AsSpan().ContainsAnyExcept((byte)0)) hint[0] = 1; // all zero means no key
        return hint;
    }

    /// <summary>What proves a presence record: nothing is derived from it.</summary>
    public static byte[] Presence(ReadOnlySpan<byte> carrierKey, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> place) => Derive(carrierKey, nonce, [.. "lifeline presence "u8, .. place], LifelinePresence.TagLength);

    private static byte[] Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, string label, int length) => Derive(secret, salt, Encoding.ASCII.GetBytes(label), length);

    private static byte[] Derive(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, ReadOnlySpan<byte> label, int length)
    {
        byte[] derived = new byte[length];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, derived, salt, label);
        return derived;
    }
}
