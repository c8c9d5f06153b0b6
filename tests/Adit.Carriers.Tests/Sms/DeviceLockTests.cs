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

    /// <summary>Of another user, in a folder that is everybody's.</summary>
    [Fact]
    public void LockThatMayNotBeTakenAway_IsTold()
    {
        File.WriteAllText(Path.Combine(_folder, "LCK..ttyX"), "  99999999\n");
        TunnelException e = Assert.Throws<TunnelException>(() => DeviceLock.Take("/dev/ttyX", _folder, "hop", _ => throw new UnauthorizedAccessException("Operation not permitted")));
        Assert.Equal(TunnelError.AddressInUse, e.Error);
    }
}
