using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Adit.Platform.Crypto.PostQuantum;

/// <summary>
/// sntrup761: Streamlined NTRU Prime as in round 3 of NIST's project and in OpenSSH. A private key, and encapsulation to the key of a peer.
/// Owns its secrets and zeroes them when disposed. Not for use by several threads at once.
/// </summary>
public sealed class Sntrup761 : IDisposable
{
    /// <summary>Octets of a public key.</summary>
    public const int PublicKeyLength = 1158;

    /// <summary>Octets of a ciphertext.</summary>
    public const int CiphertextLength = RoundedLength + HashLength;

    /// <summary>Octets of a shared secret.</summary>
    public const int SecretLength = HashLength;

    private const int P = NtruPrimeField.P;
    private const int RoundedLength = 1007;
    private const int HashLength = 32;

    private readonly int[] _f = GC.AllocateArray<int>(P, pinned: true);
    private readonly int[] _inverse = GC.AllocateArray<int>(P, pinned: true); // of g, over Z/3
    private readonly byte[] _rejection = GC.AllocateArray<byte>(NtruPrimeSmall.EncodedLength, pinned: true); // ρ
    private readonly int[] _h = new int[P];
    private readonly byte[] _publicKey = new byte[PublicKeyLength];
    private readonly byte[] _publicHash = new byte[HashLength];

    private Sntrup761(RandomFill random)
    {
        Span<uint> words = stackalloc uint[P];
        Span<int> g = stackalloc int[P];
        do
        {
            random(MemoryMarshal.AsBytes(words));
            NtruPrimeSmall.FromUniform(words, g);
        }
        while (!NtruPrimeSmall.TryInvert(g, _inverse)); // a polynomial in a thousand has no inverse, and is thrown away

        random(MemoryMarshal.AsBytes(words));
        NtruPrimeSmall.FromShuffle(words, _f);
        NtruPrimeField.InvertTriple(_f, _h);
        NtruPrimeField.MultiplySmall(_h, g, _h);
        NtruPrimeEncoding.Encode(_h, _publicKey);
        random(_rejection);
        Hash(4, _publicKey, default, _publicHash);
        NtruPrimeField.Zero(g);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
    }

    /// <summary>Fills a span with random octets.</summary>
    internal delegate void RandomFill(Span<byte> octets);

    /// <summary>The public key, 1158 octets, for the peer.</summary>
    public ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>Makes a new key.</summary>
    public static Sntrup761 Generate() => new(RandomNumberGenerator.Fill);

    /// <summary>Makes a key from the octets of a generator.</summary>
    internal static Sntrup761 Generate(RandomFill random) => new(random);

    /// <summary>Makes a shared secret and its ciphertext for the key of a peer.</summary>
    /// <param name="publicKey">What the peer sent.</param>
    /// <param name="ciphertext">Receives 1039 octets.</param>
    /// <param name="secret">Receives 32 octets.</param>
    /// <returns>False when the key has another length: it must be refused. Every key of the right length is one.</returns>
    /// <exception cref="ArgumentException">A destination has another length.</exception>
    public static bool TryEncapsulate(ReadOnlySpan<byte> publicKey, Span<byte> ciphertext, Span<byte> secret) =>
        TryEncapsulate(publicKey, RandomNumberGenerator.Fill, ciphertext, secret);

    /// <summary>As the other, with the octets of a generator.</summary>
    internal static bool TryEncapsulate(ReadOnlySpan<byte> publicKey, RandomFill random, Span<byte> ciphertext, Span<byte> secret)
    {
        RequireLength(ciphertext.Length, CiphertextLength, nameof(ciphertext));
        RequireLength(secret.Length, SecretLength, nameof(secret));
        if (publicKey.Length != PublicKeyLength) return false;
        Span<uint> words = stackalloc uint[P];
        Span<int> h = stackalloc int[P], r = stackalloc int[P];
        Span<byte> encoded = stackalloc byte[NtruPrimeSmall.EncodedLength], publicHash = stackalloc byte[HashLength];
        random(MemoryMarshal.AsBytes(words));
        NtruPrimeSmall.FromShuffle(words, r);
        NtruPrimeEncoding.Decode(publicKey, h);
        Hash(4, publicKey, default, publicHash);
        Hide(r, h, publicHash, encoded, ciphertext);
        SessionKey(1, encoded, ciphertext, secret);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(words));
        CryptographicOperations.ZeroMemory(encoded);
        NtruPrimeField.Zero(r);
        return true;
    }

    /// <summary>Opens a ciphertext. A ciphertext that nobody made for this key gives a secret that nobody else has.</summary>
    /// <param name="ciphertext">What the peer sent.</param>
    /// <param name="secret">Receives 32 octets.</param>
    /// <returns>False when the ciphertext has another length: it must be refused.</returns>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret)
    {
        RequireLength(secret.Length, SecretLength, nameof(secret));
        if (ciphertext.Length != CiphertextLength) return false;
        Span<int> r = stackalloc int[P];
        Span<byte> encoded = stackalloc byte[NtruPrimeSmall.EncodedLength], again = stackalloc byte[CiphertextLength];
        Reveal(ciphertext[..RoundedLength], r);
        Hide(r, _h, _publicHash, encoded, again);
        int differs = 0;
        for (int i = 0; i < CiphertextLength; i++) differs |= ciphertext[i] ^ again[i];
        int mask = NtruPrimeField.NonZeroMask(differs);
        for (int i = 0; i < encoded.Length; i++) encoded[i] = (byte)(encoded[i] ^ (mask & (encoded[i] ^ _rejection[i])));
        SessionKey((byte)(1 + mask), encoded, ciphertext, secret);
        NtruPrimeField.Zero(r);
        CryptographicOperations.ZeroMemory(encoded);
        CryptographicOperations.ZeroMemory(again);
        return true;
    }

    /// <summary>The private key as the submission lays it out, for its test vectors: f, 1/g, public key, ρ, hash of the public key.</summary>
    internal byte[] EncodePrivateKey()
    {
        byte[] encoded = new byte[(2 * NtruPrimeSmall.EncodedLength) + PublicKeyLength + NtruPrimeSmall.EncodedLength + HashLength];
        NtruPrimeSmall.Encode(_f, encoded.AsSpan(0, NtruPrimeSmall.EncodedLength));
        NtruPrimeSmall.Encode(_inverse, encoded.AsSpan(NtruPrimeSmall.EncodedLength, NtruPrimeSmall.EncodedLength));
        byte[] rest = [.. _publicKey, .. _rejection, .. _publicHash];
        rest.CopyTo(encoded, 2 * NtruPrimeSmall.EncodedLength);
        return encoded;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NtruPrimeField.Zero(_f);
        NtruPrimeField.Zero(_inverse);
        CryptographicOperations.ZeroMemory(_rejection);
    }

    // c = Round(h · r), and a hash that confirms r.
    private static void Hide(ReadOnlySpan<int> r, ReadOnlySpan<int> h, ReadOnlySpan<byte> publicHash, Span<byte> encoded, Span<byte> ciphertext)
    {
        Span<int> c = stackalloc int[P];
        NtruPrimeSmall.Encode(r, encoded);
        NtruPrimeField.MultiplySmall(h, r, c);
        for (int i = 0; i < P; i++) c[i] -= NtruPrimeSmall.Freeze(c[i]);
        NtruPrimeEncoding.EncodeRounded(c, ciphertext[..RoundedLength]);
        Span<byte> inner = stackalloc byte[HashLength];
        Hash(3, encoded, default, inner);
        Hash(2, inner, publicHash, ciphertext[RoundedLength..]);
        CryptographicOperations.ZeroMemory(inner);
        NtruPrimeField.Zero(c);
    }

    // r = ((3 · c · f) mod 3) / g, or a fixed polynomial of the right weight where that has another.
    private void Reveal(ReadOnlySpan<byte> rounded, Span<int> r)
    {
        Span<int> e = stackalloc int[P];
        NtruPrimeEncoding.DecodeRounded(rounded, e);
        NtruPrimeField.MultiplySmall(e, _f, e);
        for (int i = 0; i < P; i++) e[i] = NtruPrimeSmall.Freeze(NtruPrimeField.Freeze(3 * e[i]));
        NtruPrimeSmall.Multiply(e, _inverse, e);
        int weight = 0;
        for (int i = 0; i < P; i++) weight += e[i] & 1;
        int wrong = NtruPrimeField.NonZeroMask(weight - NtruPrimeSmall.Weight);
        for (int i = 0; i < P; i++)
        {
            int fallback = i < NtruPrimeSmall.Weight ? 1 : 0;
            r[i] = e[i] ^ (wrong & (e[i] ^ fallback));
        }

        NtruPrimeField.Zero(e);
    }

    private static void SessionKey(byte prefix, ReadOnlySpan<byte> encoded, ReadOnlySpan<byte> ciphertext, Span<byte> secret)
    {
        Span<byte> inner = stackalloc byte[HashLength];
        Hash(3, encoded, default, inner);
        Hash(prefix, inner, ciphertext, secret);
        CryptographicOperations.ZeroMemory(inner);
    }

    // The first half of SHA-512(prefix ‖ first ‖ second).
    private static void Hash(byte prefix, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, Span<byte> target)
    {
        Span<byte> input = stackalloc byte[1 + first.Length + second.Length], sum = stackalloc byte[SHA512.HashSizeInBytes];
        input[0] = prefix;
        first.CopyTo(input[1..]);
        second.CopyTo(input[(1 + first.Length)..]);
        SHA512.HashData(input, sum);
        sum[..HashLength].CopyTo(target);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(sum);
    }

    private static void RequireLength(int length, int expected, string name)
    {
        if (length != expected) throw new ArgumentException($"sntrup761: {name}: expected {expected} octets of room, got {length}", name);
    }
}
