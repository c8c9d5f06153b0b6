using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Adit.Ssh.Keys;

/// <summary>bcrypt_pbkdf(3) of OpenBSD, the key derivation of openssh-key-v1: PBKDF2 in shape, with a bcrypt of SHA-512 digests as its function.</summary>
internal static class BcryptPbkdf
{
    private const int BlockLength = 32;

    internal static void Derive(ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int rounds, Span<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rounds, 1);
        Span<byte> secret = stackalloc byte[SHA512.HashSizeInBytes], saltHash = stackalloc byte[SHA512.HashSizeInBytes];
        Span<byte> block = stackalloc byte[BlockLength], sum = stackalloc byte[BlockLength];
        SHA512.HashData(passphrase, secret);
        Blowfish cipher = new();
        byte[] counted = new byte[salt.Length + 4];
        salt.CopyTo(counted);

        // The blocks are interleaved, so that every octet of the key costs the whole work.
        int stride = (key.Length + BlockLength - 1) / BlockLength, amount = (key.Length + stride - 1) / stride;
        for (int count = 1; count <= stride; count++)
        {
            BinaryPrimitives.WriteInt32BigEndian(counted.AsSpan(salt.Length), count);
            SHA512.HashData(counted, saltHash);
            Hash(cipher, secret, saltHash, block);
            block.CopyTo(sum);
            for (int round = 1; round < rounds; round++)
            {
                SHA512.HashData(block, saltHash);
                Hash(cipher, secret, saltHash, block);
                for (int i = 0; i < BlockLength; i++) sum[i] ^= block[i];
            }

            for (int i = 0; i < amount && (i * stride) + count - 1 < key.Length; i++) key[(i * stride) + count - 1] = sum[i];
        }

        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(sum);
        cipher.Reset();
    }

    private static void Hash(Blowfish cipher, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> salt, Span<byte> result)
    {
        cipher.Reset();
        cipher.Expand(salt, secret);
        for (int i = 0; i < 64; i++)
        {
            cipher.Expand([], salt);
            cipher.Expand([], secret);
        }

        ReadOnlySpan<byte> text = "OxychromaticBlowfishSwatDynamite"u8;
        for (int at = 0; at < BlockLength; at += 8)
        {
            uint left = BinaryPrimitives.ReadUInt32BigEndian(text[at..]), right = BinaryPrimitives.ReadUInt32BigEndian(text[(at + 4)..]);
            for (int i = 0; i < 64; i++) cipher.Encrypt(ref left, ref right);
            BinaryPrimitives.WriteUInt32LittleEndian(result[at..], left);
            BinaryPrimitives.WriteUInt32LittleEndian(result[(at + 4)..], right);
        }
    }
}
