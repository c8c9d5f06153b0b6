using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Adit.TestKit.Peers;

/// <summary>A reproducible stream of octets (xorshift64*), so that both ends of a transfer know it without having it in memory.</summary>
public sealed class SeededOctets
{
    private ulong _state;

    /// <param name="seed">Any but one that makes the state 0.</param>
    public SeededOctets(int seed)
    {
        _state = ((ulong)(uint)seed * 0x9E3779B97F4A7C15UL) ^ 0x2545F4914F6CDD1DUL;
    }

    /// <summary>Fills the next octets; <paramref name="into"/> has a multiple of 8 octets, but for the last call.</summary>
    public void Fill(Span<byte> into)
    {
        Span<byte> last = stackalloc byte[8];
        for (; !into.IsEmpty; into = into[Math.Min(8, into.Length)..])
        {
            _state ^= _state >> 12;
            _state ^= _state << 25;
            _state ^= _state >> 27;
            BinaryPrimitives.WriteUInt64LittleEndian(last, _state * 0x2545F4914F6CDD1DUL);
            last[..Math.Min(8, into.Length)].CopyTo(into);
        }
    }

    /// <summary>The SHA-256 of the first <paramref name="length"/> octets, in lower-case hexadecimal.</summary>
    public static string Digest(int seed, long length)
    {
        SeededOctets octets = new(seed);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[64 * 1024];
        for (long left = length; left > 0;)
        {
            Span<byte> part = buffer.AsSpan(0, (int)Math.Min(left, buffer.Length));
            octets.Fill(part);
            hash.AppendData(part);
            left -= part.Length;
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
