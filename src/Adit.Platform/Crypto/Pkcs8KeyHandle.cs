using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Crypto;

/// <summary>Owns a PKCS8_PRIV_KEY_INFO.</summary>
internal sealed class Pkcs8KeyHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.PKCS8_PRIV_KEY_INFO_free(handle);
        return true;
    }
}
