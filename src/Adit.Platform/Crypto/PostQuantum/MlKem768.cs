using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Adit.Platform.Crypto.PostQuantum;

/// <summary>
/// ML-KEM-768 (FIPS 203): a decapsulation key, and encapsulation to the key of a peer. Owns its secrets and zeroes them when disposed. Not for use by several threads at once.
/// </summary>
/// <remarks>
/// Theory of operation of this folder. Two key encapsulation mechanisms, since the framework's own <see cref="MLKem"/> needs OpenSSL 3.5 and nothing
/// offers sntrup761. Hashes come from the framework; the rest is integer arithmetic in which no branch, index or division depends on a secret.
/// What is public (keys of peers, ciphertexts, seeds that travel) may be treated in varying time, and the comments say where it is.
/// </remarks>
public sealed class MlKem768 : IDisposable
{
    /// <summary>Octets of an encapsulation key.</summary>
    public const int EncapsulationKeyLength = 1184;

    /// <summary>Octets of a ciphertext.</summary>
    public const int CiphertextLength = 1088;

    /// <summary>Octets of a shared secret.</summary>
    public const int SecretLength = 32;

    /// <summary>Octets of a seed: d ‖ z (FIPS 203 §3.3, §7.1).</summary>
    public const int SeedLength = 64;

    private const int Rank = 3; // k
    private const int VectorBits = 10; // d_u
    private const int ScalarBits = 4; // d_v
    private const int N = MlKemPolynomial.Length;
    private const int VectorLength = Rank * N;
    private const int EncodedVector = Rank * 384;

    private readonly byte[] _encapsulationKey = new byte[EncapsulationKeyLength];
    private readonly byte[] _rejection = new byte[32];
    private readonly ushort[] _secret = GC.AllocateArray<ushort>(VectorLength, pinned: true);
    private readonly ushort[] _matrix;
    private readonly ushort[] _public = new ushort[VectorLength];

    /// <summary>Makes the key of a seed (FIPS 203, Algorithm 16).</summary>
    /// <param name="seed">64 secret octets; the caller zeroes them.</param>
    /// <exception cref="ArgumentException">The seed has another length.</exception>
    public MlKem768(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != SeedLength) throw new ArgumentException($"ML-KEM-768: seed: expected {SeedLength} octets, got {seed.Length}", nameof(seed));
        seed[32..].CopyTo(_rejection);

        // K-PKE.KeyGen (Algorithm 13): (ρ, σ) = G(d ‖ k).
        Span<byte> input = stackalloc byte[33], seeds = stackalloc byte[64];
        seed[..32].CopyTo(input);
        input[32] = Rank;
        SHA3_512.HashData(input, seeds);
        ReadOnlySpan<byte> rho = seeds[..32], sigma = seeds[32..];
        _matrix = Matrix(rho);

        Span<ushort> noise = stackalloc ushort[N];
        for (int i = 0; i < Rank; i++)
        {
            Span<ushort> s = _secret.AsSpan(i * N, N);
            MlKemPolynomial.SampleSmall(sigma, (byte)i, s);
            MlKemPolynomial.Transform(s);
        }

        for (int i = 0; i < Rank; i++)
        {
            Span<ushort> t = _public.AsSpan(i * N, N);
            MlKemPolynomial.SampleSmall(sigma, (byte)(Rank + i), noise);
            MlKemPolynomial.Transform(noise);
            MlKemPolynomial.Multiply(_matrix.AsSpan(i * VectorLength, VectorLength), _secret, t);
            MlKemPolynomial.Add(t, noise);
        }

        MlKemEncoding.Encode(_public, 12, _encapsulationKey);
        rho.CopyTo(_encapsulationKey.AsSpan(EncodedVector));
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(seeds);
        Zero(noise);
    }

    /// <summary>Whether this machine's libcrypto has the hashes (SHA-3 and SHAKE: OpenSSL 1.1.1 and later).</summary>
    public static bool IsSupported => Shake128.IsSupported && Shake256.IsSupported && SHA3_256.IsSupported && SHA3_512.IsSupported;

    /// <summary>The encapsulation key, 1184 octets, for the peer.</summary>
    public ReadOnlyMemory<byte> EncapsulationKey => _encapsulationKey;

    /// <summary>Makes a new key.</summary>
    public static MlKem768 Generate()
    {
        Span<byte> seed = stackalloc byte[SeedLength];
        RandomNumberGenerator.Fill(seed);
        MlKem768 key = new(seed);
        CryptographicOperations.ZeroMemory(seed);
        return key;
    }

    /// <summary>Makes a shared secret and its ciphertext for the key of a peer (FIPS 203 §7.2).</summary>
    /// <param name="encapsulationKey">What the peer sent.</param>
    /// <param name="ciphertext">Receives 1088 octets.</param>
    /// <param name="secret">Receives 32 octets.</param>
    /// <returns>False when the key has another length or fails the modulus check: it must be refused.</returns>
    /// <exception cref="ArgumentException">A destination has another length.</exception>
    public static bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, Span<byte> ciphertext, Span<byte> secret)
    {
        Span<byte> message = stackalloc byte[32];
        RandomNumberGenerator.Fill(message);
        bool done = TryEncapsulate(encapsulationKey, message, ciphertext, secret);
        CryptographicOperations.ZeroMemory(message);
        return done;
    }

    /// <summary>As the other, with the 32 random octets given (FIPS 203, Algorithm 17).</summary>
    internal static bool TryEncapsulate(ReadOnlySpan<byte> encapsulationKey, ReadOnlySpan<byte> message, Span<byte> ciphertext, Span<byte> secret)
    {
        RequireLength(ciphertext.Length, CiphertextLength, nameof(ciphertext));
        RequireLength(secret.Length, SecretLength, nameof(secret));
        ushort[] t = new ushort[VectorLength];
        if (encapsulationKey.Length != EncapsulationKeyLength || !MlKemEncoding.Decode(encapsulationKey[..EncodedVector], 12, t)) return false;

        // (K, r) = G(m ‖ H(ek)).
        Span<byte> input = stackalloc byte[64], output = stackalloc byte[64];
        message.CopyTo(input);
        SHA3_256.HashData(encapsulationKey, input[32..]);
        SHA3_512.HashData(input, output);
        Encrypt(t, Matrix(encapsulationKey[EncodedVector..]), message, output[32..], ciphertext);
        output[..32].CopyTo(secret);
        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(output);
        return true;
    }

    /// <summary>Opens a ciphertext (FIPS 203, Algorithm 18). A ciphertext that nobody made for this key gives a secret that nobody else has.</summary>
    /// <param name="ciphertext">What the peer sent.</param>
    /// <param name="secret">Receives 32 octets.</param>
    /// <returns>False when the ciphertext has another length: it must be refused (FIPS 203 §7.3).</returns>
    /// <exception cref="ArgumentException">The destination has another length.</exception>
    public bool TryDecapsulate(ReadOnlySpan<byte> ciphertext, Span<byte> secret)
    {
        RequireLength(secret.Length, SecretLength, nameof(secret));
        if (ciphertext.Length != CiphertextLength) return false;
        Span<byte> input = stackalloc byte[64], output = stackalloc byte[64], again = stackalloc byte[CiphertextLength], rejected = stackalloc byte[SecretLength];
        Decrypt(ciphertext, input[..32]);
        SHA3_256.HashData(_encapsulationKey, input[32..]);
        SHA3_512.HashData(input, output);
        Encrypt(_public, _matrix, input[..32], output[32..], again);

        // J(z ‖ c) stands in for K where the ciphertext is not the one that its message makes.
        byte[] seeded = [.. _rejection, .. ciphertext];
        Shake256.HashData(seeded, rejected);
        int differs = 0;
        for (int i = 0; i < CiphertextLength; i++) differs |= ciphertext[i] ^ again[i];
        int mask = (-differs) >> 31;
        for (int i = 0; i < SecretLength; i++) secret[i] = (byte)(output[i] ^ (mask & (output[i] ^ rejected[i])));

        CryptographicOperations.ZeroMemory(input);
        CryptographicOperations.ZeroMemory(output);
        CryptographicOperations.ZeroMemory(again);
        CryptographicOperations.ZeroMemory(rejected);
        CryptographicOperations.ZeroMemory(seeded);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Zero(_secret);
        CryptographicOperations.ZeroMemory(_rejection);
    }

    // K-PKE.Encrypt (Algorithm 14). The matrix is stored row by row; encryption takes its columns.
    private static void Encrypt(ReadOnlySpan<ushort> t, ReadOnlySpan<ushort> matrix, ReadOnlySpan<byte> message, ReadOnlySpan<byte> randomness, Span<byte> ciphertext)
    {
        ushort[] scratch = GC.AllocateUninitializedArray<ushort>((2 * VectorLength) + (3 * N), pinned: true);
        Span<ushort> y = scratch.AsSpan(0, VectorLength), column = scratch.AsSpan(VectorLength, VectorLength);
        Span<ushort> noise = scratch.AsSpan(2 * VectorLength, N), result = scratch.AsSpan((2 * VectorLength) + N, N), coded = scratch.AsSpan((2 * VectorLength) + (2 * N), N);
        for (int i = 0; i < Rank; i++)
        {
            MlKemPolynomial.SampleSmall(randomness, (byte)i, y.Slice(i * N, N));
            MlKemPolynomial.Transform(y.Slice(i * N, N));
        }

        for (int i = 0; i < Rank; i++)
        {
            for (int j = 0; j < Rank; j++) matrix.Slice((j * VectorLength) + (i * N), N).CopyTo(column[(j * N)..]);
            MlKemPolynomial.Multiply(column, y, result);
            MlKemPolynomial.TransformBack(result);
            MlKemPolynomial.SampleSmall(randomness, (byte)(Rank + i), noise);
            MlKemPolynomial.Add(result, noise);
            MlKemEncoding.Encode(result, VectorBits, ciphertext[(i * 32 * VectorBits)..]);
        }

        MlKemPolynomial.Multiply(t, y, result);
        MlKemPolynomial.TransformBack(result);
        MlKemPolynomial.SampleSmall(randomness, 2 * Rank, noise);
        MlKemPolynomial.Add(result, noise);
        _ = MlKemEncoding.Decode(message, 1, coded);
        MlKemPolynomial.Add(result, coded);
        MlKemEncoding.Encode(result, ScalarBits, ciphertext[(Rank * 32 * VectorBits)..]);
        Zero(scratch);
    }

    // K-PKE.Decrypt (Algorithm 15).
    private void Decrypt(ReadOnlySpan<byte> ciphertext, Span<byte> message)
    {
        ushort[] scratch = GC.AllocateUninitializedArray<ushort>(VectorLength + (2 * N), pinned: true);
        Span<ushort> u = scratch.AsSpan(0, VectorLength), v = scratch.AsSpan(VectorLength, N), w = scratch.AsSpan(VectorLength + N, N);
        _ = MlKemEncoding.Decode(ciphertext[..(Rank * 32 * VectorBits)], VectorBits, u);
        _ = MlKemEncoding.Decode(ciphertext[(Rank * 32 * VectorBits)..], ScalarBits, v);
        for (int i = 0; i < Rank; i++) MlKemPolynomial.Transform(u.Slice(i * N, N));
        MlKemPolynomial.Multiply(_secret, u, w);
        MlKemPolynomial.TransformBack(w);
        MlKemPolynomial.SubtractFrom(v, w);
        MlKemEncoding.Encode(w, 1, message);
        Zero(scratch);
    }

    // Â[i, j] = SampleNTT(ρ ‖ j ‖ i): public, as ρ is.
    private static ushort[] Matrix(ReadOnlySpan<byte> rho)
    {
        ushort[] matrix = new ushort[Rank * VectorLength];
        Span<byte> seed = stackalloc byte[34];
        rho.CopyTo(seed);
        for (int i = 0; i < Rank; i++)
        {
            for (int j = 0; j < Rank; j++)
            {
                seed[32] = (byte)j;
                seed[33] = (byte)i;
                MlKemPolynomial.SampleUniform(seed, matrix.AsSpan((i * VectorLength) + (j * N), N));
            }
        }

        return matrix;
    }

    private static void Zero(Span<ushort> values) => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(values));

    private static void RequireLength(int length, int expected, string name)
    {
        if (length != expected) throw new ArgumentException($"ML-KEM-768: {name}: expected {expected} octets of room, got {length}", name);
    }
}
