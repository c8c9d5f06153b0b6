using System.Runtime.InteropServices;

namespace Adit.Platform.Accounts;

/// <summary>What shadow(5) says of an account. Only root may read it.</summary>
/// <param name="PasswordHash">As crypt(5) writes it; begins with <c>!</c> where the account is locked, is <c>*</c> where no password fits, empty where none is needed. Secret.</param>
/// <param name="IsExpired">Whether the account has expired.</param>
/// <param name="MustChange">Whether the password has expired and must be changed.</param>
public sealed partial record ShadowEntry(string PasswordHash, bool IsExpired, bool MustChange)
{
    private const int GreatestEntry = 1 << 16; // ours

    /// <summary>Whether nobody may log in, whatever the method.</summary>
    public bool IsLocked => PasswordHash.StartsWith('!');

    /// <summary>Finds an account's entry.</summary>
    /// <param name="name">The login name.</param>
    /// <param name="now">The time that expiry is judged by.</param>
    /// <returns>Null when there is none, or this process may not read it.</returns>
    public static ShadowEntry? Find(string name, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(name);
        var entry = default(Entry);
        byte[] text = GC.AllocateUninitializedArray<byte>(GreatestEntry, pinned: true);
        try
        {
            if (getspnam_r(name, ref entry, text, text.Length, out nint found) != 0 || found == 0) return null;
            // Days since 1970-01-01, -1 for none.
            long today = now.ToUnixTimeSeconds() / 86400;
            bool expired = entry.Expires >= 0 && today >= entry.Expires;
            bool change = entry.Changed == 0 || (entry.Maximum >= 0 && entry.Changed > 0 && today > entry.Changed + entry.Maximum);
            return new ShadowEntry(Marshal.PtrToStringUTF8(entry.Password) ?? "*", expired, change);
        }
        finally
        {
            text.AsSpan().Clear();
        }
    }

    /// <summary>Without the hash.</summary>
    public override string ToString() => nameof(ShadowEntry);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int getspnam_r(string name, ref Entry entry, Span<byte> text, nint length, out nint found);

    // struct spwd, shadow.h
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public nint Name;
        public nint Password;
        public nint Changed;
        public nint Minimum;
        public nint Maximum;
        public nint Warn;
        public nint Inactive;
        public nint Expires;
        public nuint Flags;
    }
}
