using Adit.Ssh.Keys;

namespace Adit.Ssh.Tests.Keys;

public sealed class StrictModesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("adit-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void FileOrFolderThatOthersMayWrite_IsAFault()
    {
        string inner = Path.Combine(_folder.FullName, "inner"), file = Path.Combine(inner, "authorized_keys"), link = Path.Combine(_folder.FullName, "link");
        Directory.CreateDirectory(inner);
        File.WriteAllText(file, "");
        File.CreateSymbolicLink(link, file);
        Assert.False(StrictModes.TryFindFault(file, _folder.FullName, out string? fault));
        Assert.Null(fault);
        File.SetUnixFileMode(file, (UnixFileMode)0x1b6); // 0666
        Assert.True(StrictModes.TryFindFault(link, _folder.FullName, out fault));
        Assert.Equal($"{file}: permissions: expected no write access for group and others, got 0666", fault);
        File.SetUnixFileMode(file, (UnixFileMode)0x1a4); // 0644
        File.SetUnixFileMode(inner, (UnixFileMode)0x1fd); // 0775
        Assert.True(StrictModes.TryFindFault(file, _folder.FullName, out fault));
        Assert.StartsWith($"{inner}: permissions:", fault, StringComparison.Ordinal);
        Assert.True(StrictModes.TryFindFault(file + "x", null, out fault));
        Assert.Contains("got none", fault, StringComparison.Ordinal);
    }
}
