using System.Runtime.InteropServices;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Processes;

/// <summary>
/// posix_spawn(3) of glibc: the child shares memory until it becomes the program, so that starting one costs the same in a process of any size. It
/// gets default signal handling and no blocked signals (the runtime ignores SIGPIPE), and no descriptors but those that were named.
/// </summary>
internal static unsafe partial class PosixSpawn
{
    // spawn.h
    private const short SetGroup = 0x02;
    private const short SetDefaultSignals = 0x04;
    private const short SetSignalMask = 0x08;
    private const short SetSession = 0x80;

    /// <summary>Ours: octets; glibc's largest of these structures has 336.</summary>
    private const int StructureLength = 1024;

    private const int ReadWrite = 2; // O_RDWR
    private const int Kill = 9;
    private const int Stop = 19;

    /// <summary>Starts a program as the calling thread's account.</summary>
    /// <returns>Its process id.</returns>
    /// <exception cref="DescriptorException">It could not be started; the error is execve(2)'s, chdir(2)'s or open(2)'s.</exception>
    public static int Start(ChildProcessStart start)
    {
        using var memory = new SpawnMemory();
        List<DescriptorHandle> copies = [];
        void* actions = memory.Zeroed(StructureLength);
        void* attributes = memory.Zeroed(StructureLength);
        Check(posix_spawn_file_actions_init(actions), start, "prepare");
        Check(posix_spawnattr_init(attributes), start, "prepare");
        try
        {
            Describe(start, attributes, memory);
            AddDescriptors(start, actions, memory, copies);
            if (start.WorkingDirectory is { } folder) Check(posix_spawn_file_actions_addchdir_np(actions, memory.Text(folder)), start, folder);
            byte** arguments = memory.Texts(start.Arguments.Count > 0 ? start.Arguments : [start.Program]);
            byte** environment = memory.Texts(start.Environment ?? OwnEnvironment());
            byte* program = memory.Text(start.Program);
            int pid;
            int error = start.Program.Contains('/', StringComparison.Ordinal)
                ? posix_spawn(&pid, program, actions, attributes, arguments, environment)
                : posix_spawnp(&pid, program, actions, attributes, arguments, environment);
            Check(error, start, "start");
            return pid;
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
            copies.ForEach(c => c.Dispose());
        }
    }

    private static void Describe(ChildProcessStart start, void* attributes, SpawnMemory memory)
    {
        void* all = memory.Zeroed(StructureLength);
        void* none = memory.Zeroed(StructureLength);
        // All 64, and not sigfillset(3), which spares the two of the C library's own: it would leave those ignored in the child.
        *(ulong*)all = ulong.MaxValue;
        _ = sigdelset(all, Kill);
        _ = sigdelset(all, Stop);
        _ = sigemptyset(none);
        bool session = start.NewSession || start.Terminal is not null;
        int flags = SetDefaultSignals | SetSignalMask | (session ? SetSession : start.NewGroup ? SetGroup : 0);
        Check(posix_spawnattr_setsigdefault(attributes, all), start, "prepare");
        Check(posix_spawnattr_setsigmask(attributes, none), start, "prepare");
        Check(posix_spawnattr_setflags(attributes, (short)flags), start, "prepare");
    }

    private static void AddDescriptors(ChildProcessStart start, void* actions, SpawnMemory memory, List<DescriptorHandle> copies)
    {
        int count = 3 + start.Inherited.Count;
        DescriptorHandle?[] standard = [start.Input, start.Output, start.Error];
        for (int i = 0; i < count; i++)
        {
            DescriptorHandle? handle = i < 3 ? standard[i] : start.Inherited[i - 3];
            if (i < 3 && start.Terminal is { } terminal)
            {
                // The first terminal that the leader of a session opens becomes the one that controls it.
                if (i == 0) Check(posix_spawn_file_actions_addopen(actions, 0, memory.Text(terminal), ReadWrite, 0), start, terminal);
                else Check(posix_spawn_file_actions_adddup2(actions, 0, i), start, "prepare");
            }
            else if (handle is not null)
            {
                // From above all targets: no action overwrites what a later one copies.
                DescriptorHandle copy = handle.DuplicateAbove(count);
                copies.Add(copy);
                Check(posix_spawn_file_actions_adddup2(actions, copy.Number, i), start, "prepare");
            }
            else if (!start.InheritStandardStreams)
            {
                Check(posix_spawn_file_actions_addopen(actions, i, memory.Text("/dev/null"), ReadWrite, 0), start, "/dev/null");
            }
        }

        try
        {
            Check(posix_spawn_file_actions_addclosefrom_np(actions, count), start, "prepare");
        }
        catch (EntryPointNotFoundException)
        {
            // glibc before 2.34: all that is ours closes on exec by itself.
        }
    }

    private static List<string> OwnEnvironment()
    {
        var all = new List<string>();
        foreach (System.Collections.DictionaryEntry entry in Environment.GetEnvironmentVariables()) all.Add($"{entry.Key}={entry.Value}");
        return all;
    }

    private static void Check(int error, ChildProcessStart start, string what)
    {
        if (error != 0) throw new DescriptorException(what == "start" ? start.Program : $"{start.Program}: {what}", error);
    }

    [LibraryImport("libc")]
    private static partial int posix_spawn(int* pid, byte* program, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    private static partial int posix_spawnp(int* pid, byte* program, void* actions, void* attributes, byte** arguments, byte** environment);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(void* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(void* actions, int from, int to);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addopen(void* actions, int descriptor, byte* path, int flags, uint mode);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addchdir_np(void* actions, byte* path);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addclosefrom_np(void* actions, int from);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(void* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(void* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(void* attributes, void* signals);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigmask(void* attributes, void* signals);

    [LibraryImport("libc")]
    private static partial int sigemptyset(void* set);

    [LibraryImport("libc")]
    private static partial int sigdelset(void* set, int signal);
}
