using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Keys;

/// <summary>
/// The container of openssh-key-v1 (PROTOCOL.key of OpenSSH):
/// <code>
/// byte[]    "openssh-key-v1" 0
/// string    cipher name
/// string    kdf name
/// string    kdf options: string salt, uint32 rounds for "bcrypt"; empty for "none"
/// uint32    number of keys: 1
/// string    public key
/// string    private section, encrypted: uint32 check twice, the key's fields, string comment, padding 1 2 3 …
/// byte[]    tag, where the cipher has one
/// </code>
/// </summary>
internal sealed class OpenSshKeyFile
{
    internal const string Label = "OPENSSH PRIVATE KEY";

    private const string WrittenCipher = "aes256-ctr";
    private const int SaltLength = 16;

    // Ours: about a minute of work here; ssh-keygen writes 16 or 24 unless told otherwise.
    private const uint GreatestRounds = 16384;

    private readonly KeyFileCipher _cipher;
    private readonly byte[] _salt;
    private readonly int _rounds;
    private readonly byte[] _private;
    private readonly byte[] _tag;

    private OpenSshKeyFile(KeyFileCipher cipher, SshPublicKey publicKey, ReadOnlySpan<byte> salt, uint rounds, ReadOnlySpan<byte> section, ReadOnlySpan<byte> tag)
    {
        _cipher = cipher;
        PublicKey = publicKey;
        _salt = salt.ToArray();
        _rounds = (int)rounds;
        _private = section.ToArray();
        _tag = tag.ToArray();
    }

    private static ReadOnlySpan<byte> Magic => "openssh-key-v1\0"u8;

    internal SshPublicKey PublicKey { get; }

    internal bool IsEncrypted => _cipher.KeyLength > 0;

    internal static bool TryDecode(ReadOnlySpan<byte> source, [NotNullWhen(true)] out OpenSshKeyFile? file, [NotNullWhen(false)] out string? why)
    {
        file = null;
        SshReader reader = new(source);
        why = "expected openssh-key-v1, got a file cut short or damaged";
        if (!reader.TryReadBytes(Magic.Length, out ReadOnlySpan<byte> magic) || !magic.SequenceEqual(Magic)
            || !reader.TryReadText(out string cipherName) || !reader.TryReadText(out string kdf) || !reader.TryReadString(out ReadOnlySpan<byte> options)
            || !reader.TryReadUInt32(out uint count) || count != 1
            || !reader.TryReadString(out ReadOnlySpan<byte> blob) || !reader.TryReadString(out ReadOnlySpan<byte> section)) return false;
        if (KeyFileCipher.OfName(cipherName) is not { } cipher)
        {
            why = $"expected a cipher that is supported, got {cipherName}";
            return false;
        }

        uint rounds = 0;
        ReadOnlySpan<byte> salt = default;
        SshReader optionReader = new(options);
        bool encrypted = cipher.KeyLength > 0;
        if (encrypted != (kdf == "bcrypt") || (!encrypted && kdf != "none"))
        {
            why = $"expected key derivation {(encrypted ? "bcrypt" : "none")}, got {kdf}";
            return false;
        }

        if (encrypted && (!optionReader.TryReadString(out salt) || !optionReader.TryReadUInt32(out rounds) || salt.Length == 0)) return false;
        if (encrypted && rounds is 0 or > GreatestRounds)
        {
            why = $"expected at most {GreatestRounds} rounds of key derivation, got {rounds}";
            return false;
        }

        if (section.Length < cipher.BlockLength || section.Length % cipher.BlockLength != 0 || !reader.TryReadBytes(cipher.TagLength, out ReadOnlySpan<byte> tag)
            || reader.Remaining != 0) return false;
        if (!SshPublicKey.TryDecode(blob, out SshPublicKey? key, out why)) return false;
        file = new OpenSshKeyFile(cipher, key, salt, rounds, section, tag);
        why = null;
        return true;
    }

    /// <summary>Decrypts and reads the private section.</summary>
    /// <param name="passphrase">Empty when the file is not encrypted.</param>
    /// <param name="key">The key.</param>
    /// <param name="wrongPassphrase">True when the passphrase is what was wrong.</param>
    internal bool TryRead(string passphrase, [NotNullWhen(true)] out SshPrivateKey? key, out bool wrongPassphrase)
    {
        key = null;
        wrongPassphrase = false;
        byte[] keyAndIv = new byte[_cipher.KeyLength + _cipher.IvLength], section = new byte[_private.Length], secret = Encoding.UTF8.GetBytes(passphrase);
        try
        {
            if (IsEncrypted) BcryptPbkdf.Derive(secret, _salt, _rounds, keyAndIv);
            bool decrypted = _cipher.TryDecrypt(keyAndIv, _private, _tag, section);
            SshReader reader = new(section);
            if (!decrypted || !reader.TryReadUInt32(out uint check) || !reader.TryReadUInt32(out uint again) || check != again)
            {
                wrongPassphrase = IsEncrypted;
                return false;
            }

            if (SshSecret.Read(ref reader) is not { } fields) return false;
            if (!reader.TryReadText(out string comment) || !IsPadding(reader.Rest) || !fields.PublicKey.Equals(PublicKey))
            {
                fields.Dispose();
                return false;
            }

            key = new SshPrivateKey(fields, comment);
            return true;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(keyAndIv);
            CryptographicOperations.ZeroMemory(section);
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Encodes a key; encrypts it where the passphrase is not empty.</summary>
    internal static byte[] Encode(SshSecret secret, string comment, string passphrase, int rounds)
    {
        string cipherName = passphrase.Length == 0 ? "none" : WrittenCipher;
        KeyFileCipher cipher = KeyFileCipher.OfName(cipherName)!;
        byte[] section = new byte[SshSecret.GreatestFields + SshWriter.TextLength(comment)], keyAndIv = new byte[cipher.KeyLength + cipher.IvLength];
        byte[] octets = Encoding.UTF8.GetBytes(passphrase), salt = RandomNumberGenerator.GetBytes(SaltLength);
        try
        {
            SshWriter writer = new(section);
            byte[] check = RandomNumberGenerator.GetBytes(4);
            writer.WriteBytes(check);
            writer.WriteBytes(check);
            secret.WriteFields(ref writer);
            writer.WriteText(comment);
            for (byte pad = 1; writer.Written % cipher.BlockLength != 0; pad++) writer.WriteByte(pad);
            Span<byte> plain = section.AsSpan(0, writer.Written);
            if (cipher.KeyLength > 0)
            {
                BcryptPbkdf.Derive(octets, salt, rounds, keyAndIv);
                KeyFileCipher.Count(keyAndIv.AsSpan(0, cipher.KeyLength), keyAndIv.AsSpan(cipher.KeyLength), plain, plain);
            }

            byte[] file = new byte[256 + secret.PublicKey.Blob.Length + plain.Length];
            SshWriter container = new(file);
            container.WriteBytes(Magic);
            container.WriteText(cipherName);
            container.WriteText(cipher.KeyLength > 0 ? "bcrypt" : "none");
            container.WriteUInt32(cipher.KeyLength > 0 ? 4 + SaltLength + 4 : 0u);
            if (cipher.KeyLength > 0)
            {
                container.WriteString(salt);
                container.WriteUInt32((uint)rounds);
            }

            container.WriteUInt32(1);
            container.WriteString(secret.PublicKey.Blob.Span);
            container.WriteString(plain);
            return file[..container.Written];
        }
        finally
        {
            CryptographicOperations.ZeroMemory(section);
            CryptographicOperations.ZeroMemory(keyAndIv);
            CryptographicOperations.ZeroMemory(octets);
        }
    }

    private static bool IsPadding(ReadOnlySpan<byte> rest)
    {
        for (int i = 0; i < rest.Length; i++)
        {
            if (rest[i] != (byte)(i + 1)) return false;
        }

        return true;
    }
}
