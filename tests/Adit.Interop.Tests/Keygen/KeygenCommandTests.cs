using Adit.Interop.Tests.Keys;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Keygen;

/// <summary><c>adit keygen</c> as a process, and ssh-keygen reading what it made.</summary>
public sealed class KeygenCommandTests : IDisposable
{
    private static readonly string Adit = AditProgram.ExecutablePath;

    private readonly ToolFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ed25519", "")]
    [InlineData("rsa", "secret")]
    [InlineData("ecdsa", "")]
    public void Pair_IsReadBySshKeygen(string type, string passphrase)
    {
        _folder.Run(Adit, "keygen", "-q", "-t", type, "-N", passphrase, "-C", "me@here", "-f", "id");
        string published = File.ReadAllText(_folder["id.pub"]);
        Assert.Equal(published, _folder.Run("ssh-keygen", "-y", "-P", passphrase, "-f", "id"));
        Assert.Equal(published, _folder.Run(Adit, "keygen", "-y", "-P", passphrase, "-f", "id"));
        Assert.Equal(_folder.Run("ssh-keygen", "-l", "-f", "id.pub"), _folder.Run(Adit, "keygen", "-l", "-f", "id.pub"));
        _folder.Run(Adit, "keygen", "-p", "-P", passphrase, "-N", "other", "-f", "id");
        Assert.Equal(published, _folder.Run("ssh-keygen", "-y", "-P", "other", "-f", "id"));
    }

    [Fact]
    public void OnATerminal_ThePassphraseIsAskedAndNotShown()
    {
        string seen = OnATerminal(["keygen", "-f", "id"], exitCode: 0, "wrong\\x15s\\xc3\\xa4\\x7f\\xc3\\xa4cret\\r", "s\\xc3\\xa4cret\\r");
        Assert.Contains("Enter passphrase (empty for no passphrase): \nEnter same passphrase again: \nYour identification has been saved in id\n", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("cret", seen, StringComparison.Ordinal);
        Assert.Equal(File.ReadAllText(_folder["id.pub"]), _folder.Run("ssh-keygen", "-y", "-P", "säcret", "-f", "id"));
    }

    [Theory]
    [InlineData("\\x03")]
    [InlineData("id\\r", "\\x03")]
    [InlineData("id\\r", "secret\\r", "\\x04")]
    public void InterruptedOnATerminal_NothingIsLeft(params string[] answers)
    {
        OnATerminal(["keygen"], exitCode: 1, answers);
        Assert.False(File.Exists(_folder["id"]));
    }

    // A pseudo-terminal of Python's, in which each question waits for its answer.
    private string OnATerminal(string[] arguments, int exitCode, params string[] answers) => _folder.RunWith($"""
        import os, pty, sys
        pid, fd = pty.fork()
        if pid == 0:
            os.execv({Quote(AditProgram.ExecutablePath)}, ['adit', {string.Join(", ", arguments.Select(Quote))}])
        seen = b''
        for answer in ({string.Join("", answers.Select(a => $"b'{a}', "))}):
            start = len(seen)
            while b': ' not in seen[start:]:
                seen += os.read(fd, 1024)
            os.write(fd, answer)
        try:
            while True: seen += os.read(fd, 1024)
        except OSError: pass
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == {exitCode}, seen
        sys.stdout.write(seen.decode())
        """, "/usr/bin/python3", "-").Replace("\r", "", StringComparison.Ordinal);

    private static string Quote(string text) => $"'{text.Replace("'", "\\'", StringComparison.Ordinal)}'";
}
