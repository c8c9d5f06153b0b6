using Adit.Core;
using Adit.Ssh.Keys;

namespace Adit.Interop.Tests.Keys;

/// <summary>Key files of ssh-keygen and openssl are read here, and ours there.</summary>
public sealed class PrivateKeyFileTests : IDisposable
{
    private readonly ToolFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("ed25519", "256", "")]
    [InlineData("rsa", "2048", "")]
    [InlineData("rsa", "3072", "secret")]
    [InlineData("ecdsa", "256", "")]
    [InlineData("ecdsa", "384", "secret")]
    [InlineData("ecdsa", "521", "a passphrase that is longer than one block of SHA-512, in order to see that it is hashed and not cut off at some length: 0123456789")]
    public void SshKeygenFile_IsRead(string type, string bits, string passphrase)
    {
        _folder.Run("ssh-keygen", "-q", "-t", type, "-b", bits, "-N", passphrase, "-C", "me@here", "-f", "id");
        using SshPrivateKey key = SshPrivateKey.Load(_folder["id"], () => passphrase);
        AssertIsKeyOf("id.pub", key);
        Assert.Equal("me@here", key.Comment);
        string listed = _folder.Run("ssh-keygen", "-l", "-f", "id.pub");
        Assert.StartsWith($"{key.PublicKey.Bits} {key.PublicKey.Fingerprint} me@here", listed, StringComparison.Ordinal);
        Assert.True(SshPrivateKey.TryReadPublicKey(_folder["id"], out SshPublicKey? found, out string comment));
        Assert.Equal((key.PublicKey, "me@here"), (found, comment));
        if (passphrase.Length > 0)
            Assert.Equal(TunnelError.AuthenticationFailed, Assert.Throws<TunnelException>(() => SshPrivateKey.Load(_folder["id"], () => passphrase[1..])).Error);
    }

    [Theory]
    [InlineData("aes128-cbc")]
    [InlineData("aes192-cbc")]
    [InlineData("aes256-cbc")]
    [InlineData("aes128-ctr")]
    [InlineData("aes192-ctr")]
    [InlineData("aes256-ctr")]
    [InlineData("aes128-gcm@openssh.com")]
    [InlineData("aes256-gcm@openssh.com")]
    [InlineData("chacha20-poly1305@openssh.com")]
    public void SshKeygenCipher_IsRead(string cipher)
    {
        _folder.Run("ssh-keygen", "-q", "-t", "ed25519", "-N", "secret", "-Z", cipher, "-a", "3", "-f", "id");
        using SshPrivateKey key = SshPrivateKey.Load(_folder["id"], () => "secret");
        AssertIsKeyOf("id.pub", key);
        Assert.Equal(TunnelError.AuthenticationFailed, Assert.Throws<TunnelException>(() => SshPrivateKey.Load(_folder["id"], () => "Secret")).Error);
    }

    [Theory]
    [InlineData("rsa", "PEM", "")]
    [InlineData("rsa", "PEM", "secret")]
    [InlineData("rsa", "PKCS8", "")]
    [InlineData("rsa", "PKCS8", "secret")]
    [InlineData("ecdsa", "PEM", "")]
    [InlineData("ecdsa", "PEM", "secret")]
    [InlineData("ecdsa", "PKCS8", "")]
    [InlineData("ecdsa", "PKCS8", "secret")]
    public void SshKeygenPem_IsRead(string type, string form, string passphrase)
    {
        _folder.Run("ssh-keygen", "-q", "-t", type, "-m", form, "-N", passphrase, "-f", "id");
        using SshPrivateKey key = SshPrivateKey.Load(_folder["id"], () => passphrase);
        AssertIsKeyOf("id.pub", key);
        if (passphrase.Length > 0)
            Assert.Equal(TunnelError.AuthenticationFailed, Assert.Throws<TunnelException>(() => SshPrivateKey.Load(_folder["id"], () => "other")).Error);
    }

    [Theory]
    [InlineData("-aes128")]
    [InlineData("-aes192")]
    [InlineData("-aes256")]
    [InlineData("-des3")]
    public void OpensslTraditionalPem_IsRead(string cipher)
    {
        _folder.Run("openssl", "genrsa", "-traditional", cipher, "-passout", "pass:secret", "-out", "id", "2048");
        Assert.Contains("DEK-Info", File.ReadAllText(_folder["id"]), StringComparison.Ordinal);
        using SshPrivateKey key = SshPrivateKey.Load(_folder["id"], () => "secret");
        _folder.Run("openssl", "rsa", "-in", "id", "-passin", "pass:secret", "-out", "plain");
        Assert.Equal(Public(_folder.Run("ssh-keygen", "-y", "-f", "plain")), key.PublicKey);
    }

    [Theory]
    [InlineData("ED25519", "")]
    [InlineData("ED25519", "-v2 aes-256-cbc")]
    [InlineData("ED25519", "-v2 des3 -v2prf hmacWithSHA1")]
    [InlineData("ED25519", "-scrypt")]
    [InlineData("RSA", "-v2 aes-128-cbc -v2prf hmacWithSHA512")]
    [InlineData("EC -pkeyopt ec_paramgen_curve:P-384", "-v2 aes-256-cbc")]
    public void OpensslPkcs8_IsRead(string algorithm, string encryption)
    {
        _folder.Run("openssl", ["genpkey", "-algorithm", .. algorithm.Split(' '), "-out", "plain"]);
        string[] how = encryption.Length == 0 ? ["-nocrypt"] : [.. encryption.Split(' '), "-passout", "pass:secret"];
        _folder.Run("openssl", ["pkcs8", "-topk8", "-in", "plain", "-out", "id", .. how]);
        File.SetUnixFileMode(_folder["id"], UnixFileMode.UserRead);
        using SshPrivateKey key = SshPrivateKey.Load(_folder["id"], () => "secret");
        File.WriteAllText(_folder["public"], key.PublicKey.ToAuthorizedKeysLine());
        if (algorithm == "ED25519")
        {
            // Debian's ssh-keygen does not read this form: openssl tells the public key itself.
            byte[] der = Convert.FromBase64String(string.Concat(_folder.Run("openssl", "pkey", "-in", "plain", "-pubout").Split('\n').Where(l => l.Length > 0 && l[0] != '-')));
            Assert.Equal(der[^32..], key.PublicKey.Blob[^32..].ToArray());
        }
        else Assert.Equal(Public(_folder.Run("ssh-keygen", "-y", "-f", "plain")), key.PublicKey);
    }

    [Fact]
    public void OpensslEcKeyWithParameters_IsRead_AndAForeignCurveIsNamed()
    {
        _folder.Run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-out", "id");
        Assert.Contains("EC PARAMETERS", File.ReadAllText(_folder["id"]), StringComparison.Ordinal);
        File.SetUnixFileMode(_folder["id"], UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using SshPrivateKey key = SshPrivateKey.Load(_folder["id"]);
        Assert.Equal(Public(_folder.Run("ssh-keygen", "-y", "-f", "id")), key.PublicKey);
        _folder.Run("openssl", "ecparam", "-name", "secp256k1", "-genkey", "-noout", "-out", "foreign");
        File.SetUnixFileMode(_folder["foreign"], UnixFileMode.UserRead);
        Assert.EndsWith("key: expected curve nistp256, nistp384 or nistp521, got 1.3.132.0.10",
            Assert.Throws<TunnelException>(() => SshPrivateKey.Load(_folder["foreign"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(SshKeyKind.Ed25519, "")]
    [InlineData(SshKeyKind.Ed25519, "secret")]
    [InlineData(SshKeyKind.Rsa, "")]
    [InlineData(SshKeyKind.Rsa, "secret")]
    [InlineData(SshKeyKind.Ecdsa256, "")]
    [InlineData(SshKeyKind.Ecdsa384, "secret")]
    [InlineData(SshKeyKind.Ecdsa521, "")]
    public void OurFile_IsReadBySshKeygen(SshKeyKind kind, string passphrase)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, comment: "ours");
        key.Save(_folder["id"], passphrase);
        Assert.Equal(key.PublicKey.ToAuthorizedKeysLine("ours"), _folder.Run("ssh-keygen", "-y", "-P", passphrase, "-f", "id").Trim());
    }

    [Theory]
    [InlineData(SshKeyKind.Ed25519)]
    [InlineData(SshKeyKind.Rsa)]
    [InlineData(SshKeyKind.Ecdsa256)]
    [InlineData(SshKeyKind.Ecdsa384)]
    [InlineData(SshKeyKind.Ecdsa521)]
    public void OurSignature_IsVerifiedByAsyncssh_AndTheirsHere(SshKeyKind kind)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind);
        key.Save(_folder["id"]);
        foreach (string algorithm in key.PublicKey.SignatureAlgorithms)
        {
            string script = $"""
                import asyncssh, sys
                key = asyncssh.read_private_key('id')
                ok = key.convert_to_public().verify(b'data', bytes.fromhex('{Convert.ToHexString(key.Sign(algorithm, "data"u8))}'))
                print(ok, key.sign(b'theirs', b'{algorithm}').hex())
                """;
            string[] answer = _folder.RunWith(script, "/usr/bin/python3", "-").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal("True", answer[0]);
            Assert.True(key.PublicKey.Verify("theirs"u8, Convert.FromHexString(answer[1]), [algorithm]));
        }
    }

    private static SshPublicKey Public(string line)
    {
        Assert.True(SshPublicKey.TryParse(line, out SshPublicKey? key, out _, out string? why), why);
        return key;
    }

    private void AssertIsKeyOf(string publicFile, SshPrivateKey key)
    {
        Assert.Equal(Public(File.ReadAllText(_folder[publicFile])), key.PublicKey);
        foreach (string algorithm in key.PublicKey.SignatureAlgorithms)
            Assert.True(key.PublicKey.Verify([1, 2], key.Sign(algorithm, [1, 2]), [algorithm]));
    }
}
