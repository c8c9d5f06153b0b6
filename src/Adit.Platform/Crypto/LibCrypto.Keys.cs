using System.Runtime.InteropServices;

namespace Adit.Platform.Crypto;

/// <summary>Raw keys, signatures and agreement: EVP_PKEY(3), EVP_DigestSign(3), EVP_PKEY_derive(3).</summary>
internal static partial class LibCrypto
{
    /// <summary>NID_X25519 (openssl/obj_mac.h).</summary>
    internal const int X25519Type = 1034;

    /// <summary>NID_ED25519 (openssl/obj_mac.h).</summary>
    internal const int Ed25519Type = 1087;

    [LibraryImport(Name)]
    internal static partial EvpKeyHandle EVP_PKEY_new_raw_private_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Name)]
    internal static partial EvpKeyHandle EVP_PKEY_new_raw_public_key(int type, nint engine, ReadOnlySpan<byte> key, nuint length);

    [LibraryImport(Name)]
    internal static partial int EVP_PKEY_get_raw_public_key(EvpKeyHandle key, Span<byte> destination, ref nuint length);

    [LibraryImport(Name)]
    internal static partial void EVP_PKEY_free(nint key);

    [LibraryImport(Name)]
    internal static partial EvpDigestContextHandle EVP_MD_CTX_new();

    [LibraryImport(Name)]
    internal static partial void EVP_MD_CTX_free(nint context);

    [LibraryImport(Name)]
    internal static partial int EVP_DigestSignInit(EvpDigestContextHandle context, nint keyContext, nint digest, nint engine, EvpKeyHandle key);

    [LibraryImport(Name)]
    internal static partial int EVP_DigestSign(EvpDigestContextHandle context, Span<byte> signature, ref nuint signatureLength, ReadOnlySpan<byte> data, nuint length);

    [LibraryImport(Name)]
    internal static partial int EVP_DigestVerifyInit(EvpDigestContextHandle context, nint keyContext, nint digest, nint engine, EvpKeyHandle key);

    [LibraryImport(Name)]
    internal static partial int EVP_DigestVerify(EvpDigestContextHandle context, ReadOnlySpan<byte> signature, nuint signatureLength, ReadOnlySpan<byte> data, nuint length);

    [LibraryImport(Name)]
    internal static partial EvpKeyContextHandle EVP_PKEY_CTX_new(EvpKeyHandle key, nint engine);

    [LibraryImport(Name)]
    internal static partial void EVP_PKEY_CTX_free(nint context);

    [LibraryImport(Name)]
    internal static partial int EVP_PKEY_derive_init(EvpKeyContextHandle context);

    [LibraryImport(Name)]
    internal static partial int EVP_PKEY_derive_set_peer(EvpKeyContextHandle context, EvpKeyHandle peer);

    [LibraryImport(Name)]
    internal static partial int EVP_PKEY_derive(EvpKeyContextHandle context, Span<byte> secret, ref nuint length);
}
