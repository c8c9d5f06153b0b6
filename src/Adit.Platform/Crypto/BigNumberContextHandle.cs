using Microsoft.Win32.SafeHandles;

namespace Adit.Platform.Crypto;

/// <summary>Owns a BN_CTX.</summary>
internal sealed class BigNumberContextHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle()
    {
        LibCrypto.BN_CTX_free(handle);
        return true;
    }
}
