using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Adit.Platform.Crypto;

/// <summary>Reads private keys in the PEM forms that OpenSSL knows: PKCS#8 plain and encrypted (RFC 7468 §10, §11), traditional RSA and EC, also with DEK-Info (RFC 1421 §4.6.1.3).</summary>
public static class PemPrivateKey
{
    /// <summary>Decrypts and decodes the first private key of a PEM text.</summary>
    /// <param name="pem">The text.</param>
    /// <param name="passphrase">The passphrase; empty when there is none.</param>
    /// <param name="pkcs8">The key as an unencrypted PrivateKeyInfo (RFC 5208 §5); the caller clears it.</param>
    /// <returns>False when the passphrase is wrong or the text holds no key that libcrypto can read.</returns>
    public static unsafe bool TryReadPkcs8(ReadOnlySpan<byte> pem, string passphrase, [NotNullWhen(true)] out byte[]? pkcs8)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        pkcs8 = null;

        // The default callback takes its argument as a C string; with none it would ask on the terminal.
        byte[] secret = new byte[Encoding.UTF8.GetByteCount(passphrase) + 1];
        Encoding.UTF8.GetBytes(passphrase, secret);
        try
        {
            fixed (byte* text = pem)
            {
                // The BIO borrows the text, which therefore stays pinned.
                using BioHandle bio = LibCrypto.BIO_new_mem_buf((nint)text, pem.Length);
                if (bio.IsInvalid) return false;
                using EvpKeyHandle key = LibCrypto.PEM_read_bio_PrivateKey(bio, 0, 0, secret);
                if (!key.IsInvalid) pkcs8 = Encode(key);
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
            LibCrypto.ERR_clear_error();
        }

        return pkcs8 is not null;
    }

    private static unsafe byte[]? Encode(EvpKeyHandle key)
    {
        using Pkcs8KeyHandle info = LibCrypto.EVP_PKEY2PKCS8(key);
        if (info.IsInvalid) return null;
        int length = LibCrypto.LengthOfPkcs8(info, 0);
        if (length <= 0) return null;
        byte[] der = new byte[length];
        fixed (byte* start = der)
        {
            nint destination = (nint)start;
            return LibCrypto.i2d_PKCS8_PRIV_KEY_INFO(info, ref destination) == length ? der : null;
        }
    }
}
