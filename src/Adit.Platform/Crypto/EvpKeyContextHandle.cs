using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Crypto;

/// <summary>Owns an EVP_PKEY_CTX.</summary>
internal sealed class EvpKeyContextHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_CTX_free(handle);
        return true;
    }
}
