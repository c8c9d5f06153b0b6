using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Crypto;

/// <summary>Owns an EVP_PKEY.</summary>
internal sealed class EvpKeyHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_PKEY_free(handle);
        return true;
    }
}
