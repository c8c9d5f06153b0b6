using System.Runtime.InteropServices;

namespace Adit.Platform.Crypto;

/// <summary>Big numbers: BN_new(3), BN_bin2bn(3), BN_mod_exp(3), BN_get_rfc3526_prime_2048(3).</summary>
internal static partial class LibCrypto
{
    [LibraryImport(Name)]
    internal static partial BigNumberHandle BN_new();

    [LibraryImport(Name)]
    internal static partial void BN_clear_free(nint number);

    [LibraryImport(Name)]
    internal static partial BigNumberHandle BN_bin2bn(ReadOnlySpan<byte> source, int length, nint result);

    [LibraryImport(Name)]
    internal static partial int BN_bn2binpad(BigNumberHandle number, Span<byte> destination, int length);

    [LibraryImport(Name)]
    internal static partial BigNumberContextHandle BN_CTX_new();

    [LibraryImport(Name)]
    internal static partial void BN_CTX_free(nint context);

    [LibraryImport(Name)]
    internal static partial int BN_mod_exp_mont_consttime(
        BigNumberHandle result, BigNumberHandle value, BigNumberHandle exponent, BigNumberHandle modulus, BigNumberContextHandle context, nint montgomery);

    [LibraryImport(Name)]
    internal static partial BigNumberHandle BN_get_rfc3526_prime_2048(nint result);

    [LibraryImport(Name)]
    internal static partial BigNumberHandle BN_get_rfc3526_prime_4096(nint result);

    [LibraryImport(Name)]
    internal static partial BigNumberHandle BN_get_rfc3526_prime_8192(nint result);
}
