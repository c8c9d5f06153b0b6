using Adit.Core;
using Adit.Gateway.State;
using Adit.Ssh.Keys;

namespace Adit.Gateway.Tests.State;

public sealed class StateFolderTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _root = Directory.CreateTempSubdirectory("adit-state-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("/opt/s", "/env", "/xdg", false, "/opt/s")]
    [InlineData("~/s", null, null, false, "/home/me/s")]
    [InlineData(null, "/env", "/xdg", true, "/env")]
    [InlineData(null, "", null, true, "/var/lib/adit")]
    [InlineData(null, null, "/xdg", false, "/xdg/adit")]
    [InlineData(null, null, "relative", false, "/home/me/.local/state/adit")]
    [InlineData(null, null, null, false, "/home/me/.local/state/adit")]
    public void Place_FollowsTheRules(string? option, string? state, string? xdg, bool root, string expected) =>
        Assert.Equal(expected, StateFolder.Locate(option, n => n switch { "ADIT_STATE" => state, "XDG_STATE_HOME" => xdg, "HOME" => "/home/me", _ => null }, root));

    [Fact]
    public void NoHome_IsSaid() => Assert.Equal(TunnelError.BadConfiguration, Assert.Throws<TunnelException>(() => StateFolder.Locate(null, _ => null, false)).Error);

    [Fact]
    public void NewFolder_IsPrivate()
    {
        StateFolder state = StateFolder.Open(Path.Combine(_root, "a/b/state"));
        Assert.Equal(Private, File.GetUnixFileMode(state.Path));
    }

    [Fact]
    public void OpenFolder_IsClosed()
    {
        string path = Path.Combine(_root, "open");
        Directory.CreateDirectory(path, Private | UnixFileMode.OtherRead | UnixFileMode.GroupWrite);
        Assert.Equal(Private, File.GetUnixFileMode(StateFolder.Open(path).Path));
    }

    [Fact]
    public void File_IsRefused()
    {
        string path = Path.Combine(_root, "file");
        File.WriteAllText(path, "");
        Assert.Contains("expected a folder, got a file", Assert.Throws<TunnelException>(() => StateFolder.Open(path)).Message);
        Assert.StartsWith("state folder: ", Assert.Throws<TunnelException>(() => StateFolder.Open(Path.Combine(path, "below"))).Message);
    }

    [Fact]
    public void HostKey_IsMadeOnce_AndPrivate()
    {
        StateFolder state = StateFolder.Open(Path.Combine(_root, "s"));
        using SshPrivateKey first = state.LoadOrMakeHostKey(out bool made);
        Assert.True(made);
        Assert.Equal("ssh-ed25519", first.PublicKey.KeyType);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(state.HostKeyFile));
        using SshPrivateKey second = state.LoadOrMakeHostKey(out made);
        Assert.False(made);
        Assert.Equal(first.PublicKey.Fingerprint, second.PublicKey.Fingerprint);
    }

    [Fact]
    public void ManyAtOnce_GetTheSameHostKey()
    {
        StateFolder state = StateFolder.Open(Path.Combine(_root, "s"));
        string[] fingerprints = new string[16];
        Parallel.For(0, 16, i =>
        {
            using SshPrivateKey key = StateFolder.Open(state.Path).LoadOrMakeHostKey(out _);
            fingerprints[i] = key.PublicKey.Fingerprint;
        });
        Assert.Single(fingerprints.Distinct());
        Assert.Equal([state.HostKeyFile], Directory.GetFiles(state.Path));
    }

    [Fact]
    public void AuthorizedKeys_IsMadeOnce_AndKept()
    {
        StateFolder state = StateFolder.Open(Path.Combine(_root, "s"));
        Assert.True(state.MakeAuthorizedKeys());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(state.AuthorizedKeysFile));
        Assert.All(File.ReadAllLines(state.AuthorizedKeysFile), l => Assert.StartsWith("#", l));
        File.AppendAllText(state.AuthorizedKeysFile, "mine");
        Assert.False(state.MakeAuthorizedKeys());
        Assert.EndsWith("mine", File.ReadAllText(state.AuthorizedKeysFile));
    }
}
