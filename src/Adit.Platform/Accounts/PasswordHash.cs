using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Adit.Platform.Accounts;

/// <summary>Compares passwords with hashes of crypt(5), by the system's libcrypt.</summary>
public static partial class PasswordHash
{
    // Of libxcrypt and of glibc; the larger of the two (131232 octets) with room to spare.
    private const int StateLength = 160 * 1024;

    // Ours: longer passwords cost time and protect no better (crypt(5): CRYPT_MAX_PASSPHRASE_SIZE is 512).
    private const int GreatestPassword = 512;

    // A hash that no password has: comparing with it takes as long as with a real one of Debian's method.
    private const string Nobody = "$y$j9T$F5Jx5fExrKuPp53xLKQ..1$................................................";

    /// <summary>Whether a password has a hash. Takes as long where the hash is null. Blocks for some tens of milliseconds.</summary>
    /// <param name="password">The password.</param>
    /// <param name="hash">The hash; null for nobody's, which no password has.</param>
    public static bool Verify(string password, string? hash)
    {
        ArgumentNullException.ThrowIfNull(password);
        byte[] key = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(password) + 1, pinned: true);
        byte[] state = GC.AllocateArray<byte>(StateLength, pinned: true);
        try
        {
            key[Encoding.UTF8.GetBytes(password, key)] = 0;
            if (key.AsSpan().IndexOf((byte)0) != key.Length - 1 || key.Length > GreatestPassword) return false;
            nint result = crypt_r(key, hash ?? Nobody, state);
            // Of a method that is not known the result is null, or begins with an asterisk.
            if (result == 0 || hash is null || hash.Length < 2) return false;
            string made = Marshal.PtrToStringUTF8(result) ?? "*";
            return !made.StartsWith('*') && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(made), Encoding.UTF8.GetBytes(hash));
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return false;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(state);
        }
    }

    [LibraryImport("libcrypt.so.1", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint crypt_r(ReadOnlySpan<byte> key, string setting, Span<byte> state);
}
