using Adit.Carriers.Sms.Modem;
using Adit.Core;

namespace Adit.Carriers.Tests.Sms;

public sealed class DeviceLockTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("adit-lock").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>In a container whoever came before had the same pid.</summary>
    [Fact]
    public void LockWithOurPid_IsHeldOnlyWhereWeHoldIt()
    {
        string file = Path.Combine(_folder, "LCK..ttyX");
        File.WriteAllText(file, $"{Environment.ProcessId,10}\n");
        using (DeviceLock? held = DeviceLock.Take("/dev/ttyX", _folder, "hop"))
        {
            Assert.NotNull(held);
            TunnelException e = Assert.Throws<TunnelException>(() => DeviceLock.Take("/dev/ttyX", _folder, "hop"));
            Assert.Equal(TunnelError.AddressInUse, e.Error);
        }

        Assert.False(File.Exists(file));
    }

    /// <summary>As another user than root, whom nothing is forbidden.</summary>
    [Fact]
    public void LockThatMayNotBeTakenAway_IsTold()
    {
        Assert.SkipWhen(Environment.IsPrivilegedProcess, "root may delete what it likes");
        string file = Path.Combine(_folder, "LCK..ttyX");
        File.WriteAllText(file, "  99999999\n");
        File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            TunnelException e = Assert.Throws<TunnelException>(() => DeviceLock.Take("/dev/ttyX", _folder, "hop"));
            Assert.Equal(TunnelError.AddressInUse, e.Error);
        }
        finally
        {
            File.SetUnixFileMode(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }
}
