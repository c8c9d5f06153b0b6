using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Crypto;

/// <summary>Owns an EVP_MD_CTX.</summary>
internal sealed class EvpDigestContextHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_MD_CTX_free(handle);
        return true;
    }
}
