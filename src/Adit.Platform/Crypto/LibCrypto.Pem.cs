using System.Runtime.InteropServices;

namespace Adit.Platform.Crypto;

/// <summary>Private keys in PEM: PEM_read_bio_PrivateKey(3), EVP_PKEY2PKCS8(3).</summary>
internal static partial class LibCrypto
{
    [LibraryImport(Name)]
    internal static partial BioHandle BIO_new_mem_buf(nint data, int length);

    [LibraryImport(Name)]
    internal static partial int BIO_free(nint bio);

    [LibraryImport(Name)]
    internal static partial EvpKeyHandle PEM_read_bio_PrivateKey(BioHandle bio, nint key, nint callback, ReadOnlySpan<byte> passphrase);

    [LibraryImport(Name)]
    internal static partial Pkcs8KeyHandle EVP_PKEY2PKCS8(EvpKeyHandle key);

    [LibraryImport(Name)]
    internal static partial int i2d_PKCS8_PRIV_KEY_INFO(Pkcs8KeyHandle key, ref nint destination);

    [LibraryImport(Name, EntryPoint = "i2d_PKCS8_PRIV_KEY_INFO")]
    internal static partial int LengthOfPkcs8(Pkcs8KeyHandle key, nint none);

    [LibraryImport(Name)]
    internal static partial void PKCS8_PRIV_KEY_INFO_free(nint key);
}
