using Adit.Cli.Keygen;
using Adit.Cli.Terminal;
using Adit.Core;
using Adit.Ssh.Keys;

namespace Adit.Cli.Tests.Keygen;

public sealed class KeyGeneratorTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("adit-keygen-");
    private readonly StringWriter _output = new();

    private string Id => Path.Combine(_folder.FullName, "id");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _output.Dispose();
    }

    [Fact]
    public void Generate_WritesBothFiles_WithTheirModes()
    {
        Of(new() { File = Id, NewPassphrase = "", Comment = "me@here" }).Generate();
        using SshPrivateKey key = SshPrivateKey.Load(Id);
        Assert.Equal("ssh-ed25519", key.PublicKey.KeyType);
        Assert.Equal(key.PublicKey.ToAuthorizedKeysLine("me@here") + "\n", File.ReadAllText(Id + ".pub"));
        Assert.Equal((UnixFileMode)0x180, File.GetUnixFileMode(Id)); // 0600
        Assert.Equal((UnixFileMode)0x1a4, File.GetUnixFileMode(Id + ".pub")); // 0644
        Assert.Equal(
            $"Generating public/private ed25519 key pair.\nYour identification has been saved in {Id}\nYour public key has been saved in {Id}.pub\nThe key fingerprint is:\n{key.PublicKey.Fingerprint} me@here\n",
            _output.ToString());
    }

    [Theory]
    [InlineData("rsa", null, 3072)]
    [InlineData("rsa", 2048, 2048)]
    [InlineData("ecdsa", null, 256)]
    [InlineData("ecdsa", 521, 521)]
    public void Type_AndSize_AreKept(string type, int? bits, int expected)
    {
        Of(new() { File = Id, NewPassphrase = "", Type = type, Bits = bits, Quiet = true }).Generate();
        Assert.Empty(_output.ToString());
        using SshPrivateKey key = SshPrivateKey.Load(Id);
        Assert.Equal(expected, key.PublicKey.Bits);
        Assert.Equal($"{Environment.UserName}@{Environment.MachineName}", key.Comment);
    }

    [Theory]
    [InlineData("rsa", 1024, "keygen: -b: expected 2048 to 16384 for rsa, got 1024")]
    [InlineData("ecdsa", 255, "keygen: -b: expected 256, 384 or 521 for ecdsa, got 255")]
    [InlineData("ed25519", 512, "keygen: -b: expected no size for ed25519, got 512")]
    public void BadSize_IsWrongUsage(string type, int bits, string message) =>
        Assert.Equal(message, Assert.Throws<UsageException>(Of(new() { File = Id, NewPassphrase = "", Type = type, Bits = bits }).Generate).Message);

    [Theory]
    [InlineData("id")]
    [InlineData("id.pub")]
    public void ExistingFile_IsNotReplacedWithoutATerminal(string existing)
    {
        string path = Path.Combine(_folder.FullName, existing);
        File.WriteAllText(path, "precious");
        Assert.Equal($"{path}: write: expected a new file, got one that exists",
            Assert.Throws<TunnelException>(Of(new() { File = Id, NewPassphrase = "" }).Generate).Message);
        Assert.Equal("precious", File.ReadAllText(path));
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void ExistingFile_IsReplacedOnlyAfterYes()
    {
        File.WriteAllText(Id, "precious");
        ScriptedPrompt no = new("n"), yes = new("yes");
        Assert.Throws<TunnelException>(Of(new() { File = Id, NewPassphrase = "" }, no).Generate);
        Assert.Equal("precious", File.ReadAllText(Id));
        Of(new() { File = Id, NewPassphrase = "" }, yes).Generate();
        Assert.Equal([$"{Id} already exists.\nOverwrite (y/n)? "], yes.Questions);
        using SshPrivateKey key = SshPrivateKey.Load(Id);
        Assert.Equal("ssh-ed25519", key.PublicKey.KeyType);
    }

    [Fact]
    public void Passphrase_IsAskedTwiceHidden_UntilBothAgree()
    {
        ScriptedPrompt prompt = new("one", "two", "three", "three");
        Of(new() { File = Id, Rounds = 1 }, prompt).Generate();
        Assert.Equal(["hidden Enter passphrase (empty for no passphrase): ", "hidden Enter same passphrase again: "], prompt.Questions.Take(2));
        Assert.Contains("Passphrases do not match.  Try again.", _output.ToString(), StringComparison.Ordinal);
        using SshPrivateKey key = SshPrivateKey.Load(Id, () => "three");
    }

    [Fact]
    public void NobodyToAsk_IsWrongUsage()
    {
        Assert.Equal("keygen: passphrase: expected -N, --passphrase-file or a terminal to ask on, got none", Assert.Throws<UsageException>(Of(new() { File = Id }).Generate).Message);
        Assert.Empty(_folder.GetFiles());
    }

    [Fact]
    public void PassphraseFile_GivesItsFirstLine()
    {
        string file = Path.Combine(_folder.FullName, "secret");
        File.WriteAllText(file, "first\nsecond\n");
        Of(new() { File = Id, PassphraseFile = file, Rounds = 1, Quiet = true, Comment = "c" }).Generate();
        using (SshPrivateKey key = SshPrivateKey.Load(Id, () => "first")) Assert.Equal("c", key.Comment);
        Of(new() { File = Id, PassphraseFile = file }).PrintPublicKey();
        Assert.Equal(File.ReadAllText(Id + ".pub"), _output.ToString());
    }

    [Fact]
    public void ChangedPassphrase_OpensTheSameKey()
    {
        Of(new() { File = Id, NewPassphrase = "old", Rounds = 1, Quiet = true }).Generate();
        SshPublicKey before;
        using (SshPrivateKey key = SshPrivateKey.Load(Id, () => "old")) before = key.PublicKey;
        Assert.Throws<TunnelException>(Of(new() { File = Id, OldPassphrase = "wrong", NewPassphrase = "new" }).ChangePassphrase);
        ScriptedPrompt prompt = new("old", "new", "new");
        Of(new() { File = Id, Rounds = 1, Quiet = true }, prompt).ChangePassphrase();
        Assert.Equal("hidden Enter old passphrase: ", prompt.Questions[0]);
        using (SshPrivateKey key = SshPrivateKey.Load(Id, () => "new")) Assert.Equal(before, key.PublicKey);
    }

    [Fact]
    public void Fingerprints_OfEveryLine()
    {
        using SshPrivateKey a = SshPrivateKey.Generate(SshKeyKind.Ed25519), b = SshPrivateKey.Generate(SshKeyKind.Ecdsa384);
        File.WriteAllText(Id, $"# comment\nrestrict {a.PublicKey.ToAuthorizedKeysLine("a")}\n{b.PublicKey.ToAuthorizedKeysLine()}\n");
        Of(new() { File = Id }).PrintFingerprints();
        Assert.Equal($"256 {a.PublicKey.Fingerprint} a (ED25519)\n384 {b.PublicKey.Fingerprint} no comment (ECDSA)\n", _output.ToString());
    }

    private KeyGenerator Of(KeygenOptions options, IPrompt? prompt = null) => new(options, prompt ?? new ScriptedPrompt(), _output);
}
