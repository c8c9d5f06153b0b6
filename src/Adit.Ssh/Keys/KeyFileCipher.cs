using System.Buffers.Binary;
using System.Security.Cryptography;
using Adit.Platform.Crypto;

namespace Adit.Ssh.Keys;

/// <summary>The ciphers of an openssh-key-v1 file, by their SSH names; key and IV both come from the key derivation.</summary>
/// <param name="KeyLength">Octets of key.</param>
/// <param name="IvLength">Octets of IV.</param>
/// <param name="BlockLength">The private section is padded to a multiple of it.</param>
/// <param name="TagLength">Octets of tag after the private section.</param>
/// <param name="Mode">How it works.</param>
internal sealed record KeyFileCipher(int KeyLength, int IvLength, int BlockLength, int TagLength, KeyFileCipher.ChainingMode Mode)
{
    internal enum ChainingMode
    {
        None,
        Counter,
        BlockChaining,
        GaloisCounter,
        ChaChaPoly,
    }

    internal static KeyFileCipher? OfName(string name) => name switch
    {
        "none" => new(0, 0, 8, 0, ChainingMode.None),
        "aes128-ctr" => new(16, 16, 16, 0, ChainingMode.Counter),
        "aes192-ctr" => new(24, 16, 16, 0, ChainingMode.Counter),
        "aes256-ctr" => new(32, 16, 16, 0, ChainingMode.Counter),
        "aes128-cbc" => new(16, 16, 16, 0, ChainingMode.BlockChaining),
        "aes192-cbc" => new(24, 16, 16, 0, ChainingMode.BlockChaining),
        "aes256-cbc" => new(32, 16, 16, 0, ChainingMode.BlockChaining),
        "aes128-gcm@openssh.com" => new(16, 12, 16, 16, ChainingMode.GaloisCounter),
        "aes256-gcm@openssh.com" => new(32, 12, 16, 16, ChainingMode.GaloisCounter),
        "chacha20-poly1305@openssh.com" => new(64, 0, 8, 16, ChainingMode.ChaChaPoly),
        _ => null,
    };

    /// <summary>Decrypts the private section; false when its tag does not match.</summary>
    internal bool TryDecrypt(ReadOnlySpan<byte> keyAndIv, ReadOnlySpan<byte> source, ReadOnlySpan<byte> tag, Span<byte> destination)
    {
        ReadOnlySpan<byte> key = keyAndIv[..KeyLength], iv = keyAndIv[KeyLength..];
        switch (Mode)
        {
            case ChainingMode.Counter:
                Count(key, iv, source, destination);
                return true;
            case ChainingMode.BlockChaining:
                using (Aes aes = Aes.Create())
                {
                    aes.SetKey(key);
                    aes.DecryptCbc(source, iv, destination, PaddingMode.None);
                }

                return true;
            case ChainingMode.GaloisCounter:
                using (AesGcm gcm = new(key, TagLength))
                {
                    try
                    {
                        gcm.Decrypt(iv, source, tag, destination);
                        return true;
                    }
                    catch (AuthenticationTagMismatchException)
                    {
                        return false;
                    }
                }

            case ChainingMode.ChaChaPoly:
                return TryOpenChaCha(key, source, tag, destination);
            default:
                source.CopyTo(destination);
                return true;
        }
    }

    // PROTOCOL.chacha20poly1305 of OpenSSH with sequence number 0 and no length to hide: only K_2, the first half of the key, is used.
    private static bool TryOpenChaCha(ReadOnlySpan<byte> key, ReadOnlySpan<byte> source, ReadOnlySpan<byte> tag, Span<byte> destination)
    {
        Span<byte> firstBlock = stackalloc byte[64], computed = stackalloc byte[Poly1305.TagLength];
        firstBlock.Clear();
        using CipherContext cipher = new("ChaCha20", key[..32], new byte[16], encrypt: true);
        using Poly1305 poly = new();
        cipher.Transform(firstBlock);
        poly.Compute(firstBlock[..Poly1305.KeyLength], source, computed);
        if (!CryptographicOperations.FixedTimeEquals(computed, tag)) return false;
        source.CopyTo(destination);
        cipher.Transform(destination[..source.Length]);
        return true;
    }

    /// <summary>AES in counter mode (NIST SP 800-38A §6.5), the whole IV a big-endian counter; encrypts and decrypts.</summary>
    internal static void Count(ReadOnlySpan<byte> key, ReadOnlySpan<byte> iv, ReadOnlySpan<byte> source, Span<byte> destination)
    {
        using Aes aes = Aes.Create();
        aes.SetKey(key);
        UInt128 counter = BinaryPrimitives.ReadUInt128BigEndian(iv);
        Span<byte> block = stackalloc byte[16];
        for (int at = 0; at < source.Length; at += 16)
        {
            BinaryPrimitives.WriteUInt128BigEndian(block, counter++);
            aes.EncryptEcb(block, block, PaddingMode.None);
            for (int i = at; i < Math.Min(at + 16, source.Length); i++) destination[i] = (byte)(source[i] ^ block[i - at]);
        }
    }
}
