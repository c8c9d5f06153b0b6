using System.Runtime.InteropServices;

namespace Adit.Platform.Processes;

/// <summary>An account of this system, as getpwnam(3) tells it.</summary>
/// <param name="Name">The login name.</param>
/// <param name="UserId">Its number.</param>
/// <param name="GroupId">The number of its own group.</param>
/// <param name="Home">The home folder.</param>
/// <param name="Shell">The login shell; <c>/bin/sh</c> where none is named.</param>
public sealed partial record UserAccount(string Name, uint UserId, uint GroupId, string Home, string Shell)
{
    private const int OutOfRange = 34; // ERANGE

    /// <summary>Ours: octets of one entry, and groups of one account; whoever has more is not found.</summary>
    private const int GreatestEntry = 1 << 20;

    private const int GreatestGroups = 65536; // NGROUPS_MAX, linux/limits.h

    /// <summary>The account that this process acts as; null where the system does not know it.</summary>
    public static UserAccount? Current => Find(Libc.FileStatus.CurrentUser);

    /// <summary>Finds an account by its name.</summary>
    /// <returns>Null when there is none.</returns>
    public static UserAccount? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Length is 0 or > 256 || name.Contains('\0', StringComparison.Ordinal)
            ? null
            : Read((ref Entry entry, Span<byte> text, out nint found) => getpwnam_r(name, ref entry, text, text.Length, out found));
    }

    /// <summary>Finds an account by its number.</summary>
    /// <returns>Null when there is none.</returns>
    public static UserAccount? Find(uint userId) =>
        Read((ref Entry entry, Span<byte> text, out nint found) => getpwuid_r(userId, ref entry, text, text.Length, out found));

    /// <summary>The number of a group; null when there is none of that name.</summary>
    public static uint? FindGroup(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        for (int length = 4096; length <= GreatestEntry; length *= 4)
        {
            var entry = new GroupEntry();
            int error = getgrnam_r(name, ref entry, new byte[length], length, out nint found);
            if (error == OutOfRange) continue;
            return error == 0 && found != 0 ? entry.GroupId : null;
        }

        return null;
    }

    /// <summary>The numbers of all groups that it belongs to, its own first (getgrouplist(3)).</summary>
    public IReadOnlyList<uint> Groups()
    {
        int count = 64;
        while (true)
        {
            uint[] groups = new uint[count];
            int room = count;
            if (getgrouplist(Name, GroupId, groups, ref count) >= 0) return groups[..count];
            count = Math.Max(count, room * 2);
            if (count > GreatestGroups) return [GroupId];
        }
    }

    private static UserAccount? Read(Lookup lookup)
    {
        for (int length = 4096; length <= GreatestEntry; length *= 4)
        {
            var entry = new Entry();
            byte[] text = GC.AllocateUninitializedArray<byte>(length, pinned: true);
            int error = lookup(ref entry, text, out nint found);
            if (error == OutOfRange) continue;
            if (error != 0 || found == 0) return null;
            string shell = Text(entry.Shell);
            return new UserAccount(Text(entry.Name), entry.UserId, entry.GroupId, Text(entry.Home), shell.Length > 0 ? shell : "/bin/sh");
        }

        return null;
    }

    private static string Text(nint at) => Marshal.PtrToStringUTF8(at) ?? "";

    private delegate int Lookup(ref Entry entry, Span<byte> text, out nint found);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int getpwnam_r(string name, ref Entry entry, Span<byte> text, nint length, out nint found);

    [LibraryImport("libc")]
    private static partial int getpwuid_r(uint user, ref Entry entry, Span<byte> text, nint length, out nint found);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int getgrnam_r(string name, ref GroupEntry entry, Span<byte> text, nint length, out nint found);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int getgrouplist(string name, uint group, Span<uint> groups, ref int count);

    // struct passwd, pwd.h
    [StructLayout(LayoutKind.Sequential)]
    private struct Entry
    {
        public nint Name;
        public nint Password;
        public uint UserId;
        public uint GroupId;
        public nint Comment;
        public nint Home;
        public nint Shell;
    }

    // struct group, grp.h
    [StructLayout(LayoutKind.Sequential)]
    private struct GroupEntry
    {
        public nint Name;
        public nint Password;
        public uint GroupId;
        public nint Members;
    }
}
