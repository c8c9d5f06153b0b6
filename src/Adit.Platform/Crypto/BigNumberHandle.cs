using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Crypto;

/// <summary>Owns a BIGNUM, cleared when freed.</summary>
internal sealed class BigNumberHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.BN_clear_free(handle);
        return true;
    }
}
