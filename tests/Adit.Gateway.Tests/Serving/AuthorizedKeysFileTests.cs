using Adit.Gateway.Serving;
using Adit.Ssh.Keys;
using Microsoft.Extensions.Logging.Abstractions;

namespace Adit.Gateway.Tests.Serving;

public sealed class AuthorizedKeysFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("adit-gateway-");
    private readonly SshPrivateKey _key = SshPrivateKey.Generate(SshKeyKind.Ed25519);

    private string FilePath => Path.Combine(_folder.FullName, "authorized_keys");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void File_IsReadAgain_WhenItComesChangesOrGoes()
    {
        AuthorizedKeysFile file = new(FilePath, _folder.FullName, NullLogger.Instance);
        Assert.Empty(file.Read().Entries);
        File.WriteAllText(FilePath, _key.PublicKey.ToAuthorizedKeysLine() + "\n");
        Assert.NotNull(file.Read().Find(_key.PublicKey));
        Assert.Same(file.Read(), file.Read());
        File.WriteAllText(FilePath, "# nobody\n");
        Assert.Null(file.Read().Find(_key.PublicKey));
        File.Delete(FilePath);
        Assert.Empty(file.Read().Entries);
    }

    [Fact]
    public void File_ThatOthersMayWrite_GrantsNothing_UntilItIsMended()
    {
        AuthorizedKeysFile file = new(FilePath, _folder.FullName, NullLogger.Instance);
        File.WriteAllText(FilePath, _key.PublicKey.ToAuthorizedKeysLine() + "\n");
        File.SetUnixFileMode(FilePath, (UnixFileMode)0x1b4); // 0664
        Assert.Empty(file.Read().Entries);
        File.SetUnixFileMode(FilePath, (UnixFileMode)0x180); // 0600
        Assert.Single(file.Read().Entries);
    }

    [Fact]
    public void Folder_ThatIsSticky_IsNoFault()
    {
        File.WriteAllText(FilePath, _key.PublicKey.ToAuthorizedKeysLine() + "\n");
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0x3ff); // 1777
        Assert.Single(new AuthorizedKeysFile(FilePath, _folder.FullName, NullLogger.Instance).Read().Entries);
        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0x1ff); // 0777
        Assert.Empty(new AuthorizedKeysFile(FilePath, _folder.FullName, NullLogger.Instance).Read().Entries);
    }
}
