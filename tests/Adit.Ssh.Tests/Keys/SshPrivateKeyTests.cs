using Adit.Core;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Tests.Keys;

public sealed class SshPrivateKeyTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("adit-keys-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(SshKeyKind.Ed25519, null)]
    [InlineData(SshKeyKind.Ed25519, "correct horse")]
    [InlineData(SshKeyKind.Rsa, "päss")]
    [InlineData(SshKeyKind.Ecdsa521, null)]
    public void OpenSshText_ReadsBack(SshKeyKind kind, string? passphrase)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, kind == SshKeyKind.Rsa ? 2048 : 0, "who@where");
        using SshPrivateKey read = SshPrivateKey.Parse(key.ToOpenSsh(passphrase, rounds: 1), "text", () => passphrase);
        Assert.Equal((key.PublicKey, "who@where"), (read.PublicKey, read.Comment));
        string algorithm = key.PublicKey.SignatureAlgorithms[0];
        Assert.True(key.PublicKey.Verify([7], read.Sign(algorithm, [7]), [algorithm]));
    }

    [Fact]
    public void WrongOrMissingPassphrase_IsToldApartFromDamage()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string text = key.ToOpenSsh("right", rounds: 1);
        TunnelException wrong = Assert.Throws<TunnelException>(() => SshPrivateKey.Parse(text, "id", () => "left"));
        Assert.Equal((TunnelError.AuthenticationFailed, "id: passphrase: expected the one that encrypts this key, got another"), (wrong.Error, wrong.Message));
        TunnelException missing = Assert.Throws<TunnelException>(() => SshPrivateKey.Parse(text, "id"));
        Assert.Equal((TunnelError.AuthenticationFailed, "id: passphrase: expected one for an encrypted key, got none"), (missing.Error, missing.Message));
        TunnelException damaged = Assert.Throws<TunnelException>(() => SshPrivateKey.Parse(text.AsSpan(0, 200), "id", () => "right"));
        Assert.Equal(TunnelError.BadConfiguration, damaged.Error);
    }

    [Theory]
    [InlineData("", "id: key: expected a private key, got a file without -----BEGIN")]
    [InlineData("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", "id: key: expected a private key in OpenSSH, PKCS#8, RSA or EC form, got CERTIFICATE")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAA==\n-----END RSA PRIVATE KEY-----\n", "id: key: expected a private key in PEM, got one that is damaged")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\n!\n-----END OPENSSH PRIVATE KEY-----\n", "id: key: expected base64, got something else")]
    public void WhatIsNoKey_IsSaid(string text, string message) =>
        Assert.Equal(message, Assert.Throws<TunnelException>(() => SshPrivateKey.Parse(text, "id")).Message);

    [Fact]
    public void PublicKeyInItsPlace_IsSaid()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        Assert.Equal("id: key: expected a private key, got a public key",
            Assert.Throws<TunnelException>(() => SshPrivateKey.Parse(key.PublicKey.ToAuthorizedKeysLine(), "id")).Message);
    }

    [Fact]
    public void EveryChangedOctet_IsRefusedOrHarmless()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ecdsa256, comment: "c");
        string[] lines = key.ToOpenSsh().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        byte[] file = Convert.FromBase64String(string.Concat(lines[1..^1]));
        int refused = 0;
        for (int i = 0; i < file.Length; i++)
        {
            byte[] changed = (byte[])file.Clone();
            changed[i] ^= 0x41;
            string text = $"{lines[0]}\n{Convert.ToBase64String(changed)}\n{lines[^1]}\n";
            try
            {
                // Only the comment is not checked.
                using SshPrivateKey read = SshPrivateKey.Parse(text, "id");
                Assert.Equal(key.PublicKey, read.PublicKey);
                Assert.NotEqual("c", read.Comment);
            }
            catch (TunnelException)
            {
                refused++;
            }
        }

        Assert.True(refused >= file.Length - 1);
    }

    [Fact]
    public void SavedFile_HasMode0600_AndIsNotReplacedUnasked()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519), other = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string path = Path.Combine(_folder.FullName, "id");
        key.Save(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        Assert.Contains("got one that exists", Assert.Throws<TunnelException>(() => other.Save(path)).Message, StringComparison.Ordinal);
        using (SshPrivateKey read = SshPrivateKey.Load(path)) Assert.Equal(key.PublicKey, read.PublicKey);
        other.Save(path, overwrite: true);
        using (SshPrivateKey read = SshPrivateKey.Load(path)) Assert.Equal(other.PublicKey, read.PublicKey);
        Assert.Single(_folder.GetFiles());
    }

    [Theory]
    [InlineData("0644", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead)]
    [InlineData("0620", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite)]
    public void FileOpenToOthers_IsRefusedWithItsMode(string mode, UnixFileMode bits)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string path = Path.Combine(_folder.FullName, "id");
        key.Save(path);
        File.SetUnixFileMode(path, bits);
        Assert.Equal($"{path}: permissions: expected none for group and others (chmod 600), got {mode}", Assert.Throws<TunnelException>(() => SshPrivateKey.Load(path)).Message);
    }

    [Fact]
    public void MissingFile_IsSaid() =>
        Assert.Equal("/nonexistent/id: key: expected a readable file, got no such file", Assert.Throws<TunnelException>(() => SshPrivateKey.Load("/nonexistent/id")).Message);

    [Fact]
    public void PublicKey_IsReadWithoutPassphrase()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string path = Path.Combine(_folder.FullName, "id");
        key.Save(path, "secret", rounds: 1);
        Assert.True(SshPrivateKey.TryReadPublicKey(path, out SshPublicKey? found, out _));
        Assert.Equal(key.PublicKey, found);
        Assert.False(SshPrivateKey.TryReadPublicKey(path + "x", out _, out _));
    }
}
