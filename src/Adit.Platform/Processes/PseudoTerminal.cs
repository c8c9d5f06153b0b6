using System.Runtime.InteropServices;
using System.Text;
using Adit.Platform.Descriptors;

namespace Adit.Platform.Processes;

/// <summary>
/// A pseudo-terminal: this process holds the master, a child has the slave as its terminal. Disposing closes the master, and the kernel then sends SIGHUP
/// to the session that the terminal controls.
/// </summary>
public sealed partial class PseudoTerminal : IDisposable
{
    // asm-generic/fcntl.h
    private const int ReadWrite = 2; // O_RDWR
    private const int NoControllingTerminal = 0x100; // O_NOCTTY
    private const int CloseOnExec = 0x80000; // O_CLOEXEC

    // asm-generic/ioctls.h
    private const uint SetWindowSize = 0x5414; // TIOCSWINSZ

    private const int OwnerAndGroupWrite = 0x190; // 0620, as tty(1)'s group has it for write(1)

    private readonly DescriptorHandle _master;
    private readonly Lock _gate = new();
    private bool _disposed;

    private PseudoTerminal(DescriptorHandle master, string path)
    {
        _master = master;
        Path = path;
        Stream = new PolledDescriptor(master.Duplicate());
    }

    /// <summary>The path of the slave, such as <c>/dev/pts/3</c>.</summary>
    public string Path { get; }

    /// <summary>What the slave's programs print, and where they read from.</summary>
    public PolledDescriptor Stream { get; }

    /// <summary>The master, for calls that want a descriptor, such as those of <c>termios(3)</c>, which act on the slave's settings.</summary>
    public DescriptorHandle Master => _master;

    /// <summary>Makes a terminal.</summary>
    /// <param name="owner">Who gets its slave, where that is not this process's account; null for nobody else.</param>
    /// <exception cref="DescriptorException">The system has no more.</exception>
    public static PseudoTerminal Open(UserAccount? owner = null)
    {
        int number = posix_openpt(ReadWrite | NoControllingTerminal | CloseOnExec);
        if (number < 0) throw DescriptorException.Last("terminal");
        var master = new DescriptorHandle(number);
        try
        {
            Span<byte> name = stackalloc byte[128];
            if (grantpt(master) != 0 || unlockpt(master) != 0) throw DescriptorException.Last("terminal");
            int error = ptsname_r(master, name, name.Length);
            if (error != 0) throw new DescriptorException("terminal", error);
            string path = Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]);
            if (owner is not null && Libc.FileStatus.CurrentUser == 0) Give(path, owner);
            return new PseudoTerminal(master, path);
        }
        catch
        {
            master.Dispose();
            throw;
        }
    }

    /// <summary>Opens the slave here, without its becoming this process's terminal: while it is open the master has no end.</summary>
    /// <exception cref="DescriptorException">It cannot be opened.</exception>
    public DescriptorHandle OpenSlave()
    {
        int slave = open(Path, ReadWrite | NoControllingTerminal | CloseOnExec);
        return slave >= 0 ? new DescriptorHandle(slave) : throw DescriptorException.Last(Path);
    }

    /// <summary>Sends a break (tcsendbreak(3)).</summary>
    public void SendBreak()
    {
        lock (_gate)
        {
            if (!_disposed) _ = tcsendbreak(_master, 0);
        }
    }

    /// <summary>Sets the size of the window; programs in it get SIGWINCH where it changes.</summary>
    /// <param name="columns">Characters in a row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Width in pixels; 0 is not known.</param>
    /// <param name="height">Height in pixels; 0 is not known.</param>
    public void Resize(uint columns, uint rows, uint width = 0, uint height = 0)
    {
        // struct winsize, asm-generic/termios.h: rows, columns, pixels across, pixels down.
        ReadOnlySpan<ushort> size = [Clamp(rows), Clamp(columns), Clamp(width), Clamp(height)];
        lock (_gate)
        {
            if (!_disposed) _ = ioctl(_master, SetWindowSize, size);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed) return;
            _disposed = true;
        }

        Stream.Dispose();
        _master.Dispose();
    }

    private static ushort Clamp(uint value) => (ushort)Math.Min(value, ushort.MaxValue);

    private static void Give(string path, UserAccount owner)
    {
        uint group = UserAccount.FindGroup("tty") ?? owner.GroupId;
        if (chown(path, owner.UserId, group) != 0 || chmod(path, OwnerAndGroupWrite) != 0) throw DescriptorException.Last(path);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int posix_openpt(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int grantpt(DescriptorHandle master);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int unlockpt(DescriptorHandle master);

    [LibraryImport("libc")]
    private static partial int ptsname_r(DescriptorHandle master, Span<byte> name, nint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int ioctl(DescriptorHandle descriptor, nuint request, ReadOnlySpan<ushort> size);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int tcsendbreak(DescriptorHandle descriptor, int duration);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chmod(string path, uint mode);
}
