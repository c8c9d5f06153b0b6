using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Processes;

/// <summary>
/// Runs something as another account. In Linux credentials belong to the thread; it is the C library that keeps the threads of a process alike. A thread of
/// its own therefore gives root up by raw system calls, for good, does what is to be done (children inherit its credentials), and ends.
/// </summary>
public static partial class ThreadAccount
{
    /// <summary>Ours: octets; posix_spawn(3) brings a stack of its own for the child.</summary>
    private const int StackLength = 256 * 1024;

    private const int NotPermitted = 1; // EPERM
    private const int InvalidArgument = 22; // EINVAL

    // asm/unistd.h
    private static readonly (nint SetGroups, nint SetGroupIds, nint SetUserIds) Calls = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => (116, 119, 117),
        Architecture.Arm64 => (159, 149, 147),
        _ => (-1, -1, -1),
    };

    /// <summary>Runs something as an account and waits for it: be brief, the caller's thread blocks. Files are then opened and made with that account's rights.</summary>
    /// <param name="account">The account; null, or this process's own where that is not root: at once, on this thread.</param>
    /// <param name="work">What to do; it must not leave its thread.</param>
    /// <exception cref="DescriptorException">This process may not act as that account.</exception>
    public static T Run<T>(UserAccount? account, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        uint current = Libc.FileStatus.CurrentUser;
        if (account is null || (account.UserId == current && current != 0)) return work();
        if (current != 0) throw new DescriptorException($"account {account.Name}", NotPermitted);
        // While root: afterwards the thread may not be able to read what it asks for.
        uint[] groups = [.. account.Groups()];
        T? result = default;
        Exception? failure = null;
        var thread = new Thread(
            () =>
            {
                try
                {
                    Become(account, groups);
                    result = work();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            },
            StackLength)
        { IsBackground = true, Name = "adit account" };
        thread.UnsafeStart();
        thread.Join();
        if (failure is not null) ExceptionDispatchInfo.Throw(failure);
        return result!;
    }

    private static void Become(UserAccount account, uint[] groups)
    {
        // -1 would leave an id as it is, setresuid(2).
        if (account.UserId == uint.MaxValue || account.GroupId == uint.MaxValue) throw new DescriptorException($"account {account.Name}", InvalidArgument);
        // Groups first, the user last: each step needs what the next gives up. All three ids, so that none is left to go back to.
        Check(syscall_groups(Calls.SetGroups, groups.Length, groups), "setgroups");
        (nint user, nint group) = ((nint)account.UserId, (nint)account.GroupId);
        Check(syscall(Calls.SetGroupIds, group, group, group), "setresgid");
        Check(syscall(Calls.SetUserIds, user, user, user), "setresuid");
        // Trust, and look: whoever could become root again must not go on.
        if (account.UserId != 0 && syscall(Calls.SetUserIds, -1, 0, -1) == 0) throw new InvalidOperationException($"account {account.Name}: expected to have given root up");
    }

    private static void Check(nint result, string what)
    {
        if (result < 0) throw DescriptorException.Last($"account: {what}");
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint syscall_groups(nint number, nint count, ReadOnlySpan<uint> groups);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint syscall(nint number, nint first, nint second, nint third);
}
