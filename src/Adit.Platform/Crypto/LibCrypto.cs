using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Adit.Platform.Crypto;

/// <summary>OpenSSL's libcrypto 3: what .NET's own cryptography does not offer or offers only with an allocation per packet. Partials by concern.</summary>
internal static partial class LibCrypto
{
    /// <summary>The library of OpenSSL 3, the one .NET itself loads on Linux.</summary>
    internal const string Name = "libcrypto.so.3";

    /// <summary>Makes an exception of the thread's oldest OpenSSL error and empties the queue.</summary>
    /// <param name="what">The operation that failed.</param>
    internal static CryptographicException Failure(string what)
    {
        ulong code = ERR_get_error();
        ERR_clear_error();
        if (code == 0) return new CryptographicException($"libcrypto: {what}: failed");
        byte[] text = new byte[256];
        ERR_error_string_n(code, text, (nuint)text.Length);
        return new CryptographicException($"libcrypto: {what}: {Encoding.ASCII.GetString(text.AsSpan(0, text.AsSpan().IndexOf((byte)0)))}");
    }

    [LibraryImport(Name)]
    private static partial ulong ERR_get_error();

    [LibraryImport(Name)]
    internal static partial void ERR_clear_error();

    [LibraryImport(Name)]
    private static partial void ERR_error_string_n(ulong code, Span<byte> buffer, nuint length);
}
