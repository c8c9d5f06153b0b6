using System.Runtime.InteropServices;

namespace Adit.Platform.Crypto;

/// <summary>EVP ciphers and MACs (EVP_EncryptInit(3), EVP_MAC(3)).</summary>
internal static partial class LibCrypto
{
    // openssl/evp.h
    internal const int EvpCtrlAeadGetTag = 0x10;
    internal const int EvpCtrlAeadSetTag = 0x11;

    [LibraryImport(Name, EntryPoint = "EVP_CIPHER_CTX_new")]
    internal static partial nint CipherContextNew();

    [LibraryImport(Name, EntryPoint = "EVP_CIPHER_CTX_free")]
    internal static partial void CipherContextFree(nint context);

    [LibraryImport(Name, EntryPoint = "EVP_CIPHER_fetch", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint CipherFetch(nint library, string algorithm, string? properties);

    [LibraryImport(Name, EntryPoint = "EVP_CIPHER_free")]
    internal static partial void CipherFree(nint cipher);

    [LibraryImport(Name, EntryPoint = "EVP_CipherInit_ex")]
    internal static unsafe partial int CipherInit(nint context, nint cipher, nint engine, byte* key, byte* iv, int encrypt);

    [LibraryImport(Name, EntryPoint = "EVP_CipherUpdate")]
    internal static unsafe partial int CipherUpdate(nint context, byte* output, int* outputLength, byte* input, int inputLength);

    [LibraryImport(Name, EntryPoint = "EVP_CipherFinal_ex")]
    internal static unsafe partial int CipherFinal(nint context, byte* output, int* outputLength);

    [LibraryImport(Name, EntryPoint = "EVP_CIPHER_CTX_ctrl")]
    internal static unsafe partial int CipherControl(nint context, int type, int argument, void* pointer);

    [LibraryImport(Name, EntryPoint = "EVP_MAC_fetch", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint MacFetch(nint library, string algorithm, string? properties);

    [LibraryImport(Name, EntryPoint = "EVP_MAC_free")]
    internal static partial void MacFree(nint mac);

    [LibraryImport(Name, EntryPoint = "EVP_MAC_CTX_new")]
    internal static partial nint MacContextNew(nint mac);

    [LibraryImport(Name, EntryPoint = "EVP_MAC_CTX_free")]
    internal static partial void MacContextFree(nint context);

    [LibraryImport(Name, EntryPoint = "EVP_MAC_init")]
    internal static unsafe partial int MacInit(nint context, byte* key, nuint keyLength, nint parameters);

    [LibraryImport(Name, EntryPoint = "EVP_MAC_update")]
    internal static unsafe partial int MacUpdate(nint context, byte* data, nuint length);

    [LibraryImport(Name, EntryPoint = "EVP_MAC_final")]
    internal static unsafe partial int MacFinal(nint context, byte* output, nuint* written, nuint size);
}
