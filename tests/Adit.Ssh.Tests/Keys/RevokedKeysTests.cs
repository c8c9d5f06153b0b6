using Adit.Core;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Tests.Keys;

public sealed class RevokedKeysTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("revoked-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void ListedKey_IsRevoked_AndNoOther()
    {
        using SshPrivateKey listed = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        using SshPrivateKey other = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        RevokedKeys keys = RevokedKeys.Load(Write($"# stolen\n\n{listed.PublicKey.ToAuthorizedKeysLine("laptop")}\n"));

        Assert.True(keys.Contains(listed.PublicKey));
        Assert.False(keys.Contains(other.PublicKey));
    }

    [Theory]
    [InlineData("SSHKRL\n\0\0\0\u0001", "expected a KRL that can be read whole")]
    [InlineData("not a key\n", ":1: revoked keys: expected a public key")]
    public void WhatCannotBeRead_IsRefused(string text, string words)
    {
        TunnelException e = Assert.Throws<TunnelException>(() => RevokedKeys.Load(Write(text)));
        Assert.Equal(TunnelError.BadConfiguration, e.Error);
        Assert.Contains(words, e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MissingFile_IsRefused() => Assert.Throws<TunnelException>(() => RevokedKeys.Load(Path.Combine(_folder.FullName, "none")));

    private string Write(string text)
    {
        string path = Path.Combine(_folder.FullName, "revoked");
        File.WriteAllText(path, text);
        return path;
    }
}
