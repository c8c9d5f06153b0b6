using System.Buffers.Binary;
using System.Numerics;

namespace Adit.Ssh.Keys;

/// <summary>
/// Blowfish (B. Schneier, "Description of a New Variable-Length Key, 64-Bit Block Cipher", 1993) with the salted key schedule of bcrypt
/// (N. Provos, D. Mazières, "A Future-Adaptable Password Scheme", 1999 §4): only what reading and writing key files needs.
/// </summary>
internal sealed class Blowfish
{
    private const int Rounds = 16;

    private static readonly Lazy<uint[]> PiWords = new(FractionOfPi);

    private readonly uint[] _p = new uint[Rounds + 2];
    private readonly uint[] _s = new uint[4 * 256];

    internal Blowfish() => Reset();

    /// <summary>The initial state: the fraction of π, the P array first.</summary>
    internal void Reset()
    {
        PiWords.Value.AsSpan(0, _p.Length).CopyTo(_p);
        PiWords.Value.AsSpan(_p.Length).CopyTo(_s);
    }

    /// <summary>Mixes a key, and a salt if it is not empty, into the state.</summary>
    internal void Expand(ReadOnlySpan<byte> salt, ReadOnlySpan<byte> key)
    {
        int keyAt = 0, saltAt = 0;
        for (int i = 0; i < _p.Length; i++) _p[i] ^= Next(key, ref keyAt);
        uint left = 0, right = 0;
        Fill(_p, salt, ref saltAt, ref left, ref right);
        Fill(_s, salt, ref saltAt, ref left, ref right);
    }

    internal void Encrypt(ref uint left, ref uint right)
    {
        uint[] p = _p, s = _s;
        uint l = left, r = right;
        for (int i = 0; i < Rounds; i += 2)
        {
            l ^= p[i];
            r ^= ((s[l >> 24] + s[256 + ((l >> 16) & 0xff)]) ^ s[512 + ((l >> 8) & 0xff)]) + s[768 + (l & 0xff)];
            r ^= p[i + 1];
            l ^= ((s[r >> 24] + s[256 + ((r >> 16) & 0xff)]) ^ s[512 + ((r >> 8) & 0xff)]) + s[768 + (r & 0xff)];
        }

        left = r ^ p[Rounds + 1];
        right = l ^ p[Rounds];
    }

    private void Fill(uint[] words, ReadOnlySpan<byte> salt, ref int saltAt, ref uint left, ref uint right)
    {
        for (int i = 0; i < words.Length; i += 2)
        {
            if (salt.Length > 0)
            {
                left ^= Next(salt, ref saltAt);
                right ^= Next(salt, ref saltAt);
            }

            Encrypt(ref left, ref right);
            words[i] = left;
            words[i + 1] = right;
        }
    }

    // The next four octets of a cyclic sequence, big-endian.
    private static uint Next(ReadOnlySpan<byte> octets, ref int at)
    {
        uint word = 0;
        for (int i = 0; i < 4; i++)
        {
            word = (word << 8) | octets[at];
            at = at + 1 == octets.Length ? 0 : at + 1;
        }

        return word;
    }

    // Schneier's tables are the binary digits of π after the point: computed once (a few milliseconds) by Machin's formula.
    private static uint[] FractionOfPi()
    {
        const int Words = Rounds + 2 + (4 * 256), Guard = 64;
        BigInteger one = BigInteger.One << ((Words * 32) + Guard);
        BigInteger pi = (4 * ((4 * InverseTangent(5, one)) - InverseTangent(239, one))) - (3 * one);
        byte[] octets = (pi >> Guard).ToByteArray(isUnsigned: true, isBigEndian: true);
        uint[] words = new uint[Words];
        for (int i = 0; i < Words; i++) words[i] = BinaryPrimitives.ReadUInt32BigEndian(octets.AsSpan(i * 4));
        return words;
    }

    private static BigInteger InverseTangent(int x, BigInteger one)
    {
        BigInteger power = one / x, sum = power;
        for (int n = 3, sign = -1; !power.IsZero; n += 2, sign = -sign)
        {
            power /= x * x;
            sum += sign * (power / n);
        }

        return sum;
    }
}
