using System.Runtime.InteropServices;
using Adit.Platform.Processes;

namespace Adit.Platform.Accounts;

/// <summary>The names of groups (getgrgid(3)), which rules of access are written in.</summary>
public static partial class GroupNames
{
    private const int OutOfRange = 34; // ERANGE
    private const int GreatestEntry = 1 << 20; // ours: octets; a larger group has no name here

    /// <summary>The names of all groups of an account; a group without a name is left out.</summary>
    public static IReadOnlyList<string> Of(UserAccount account)
    {
        ArgumentNullException.ThrowIfNull(account);
        return [.. account.Groups().Select(Find).OfType<string>()];
    }

    private static string? Find(uint group)
    {
        for (int length = 4096; length <= GreatestEntry; length *= 4)
        {
            var entry = default(Entry);
            byte[] text = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            int error = getgrgid_r(group, ref entry, text, length, out nint found);
            if (error == OutOfRange) continue;
            return error == 0 && found != 0 ? Marshal.PtrToStringUTF8(entry.Name) : null;
        }

        return null;
    }

    [LibraryImport("libc")]
    private static partial int getgrgid_r(uint group, ref Entry entry, Span<byte> text, nint length, out nint found);

    // struct group, grp.h
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public nint Name;
        public nint Password;
        public uint GroupId;
        public nint Members;
    }
}
