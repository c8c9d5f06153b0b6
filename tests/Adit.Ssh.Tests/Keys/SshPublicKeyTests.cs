using System.Security.Cryptography;
using System.Text;
using Adit.Ssh.Keys;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Keys;

public sealed class SshPublicKeyTests
{
    public static TheoryData<SshKeyKind, string> Kinds => new()
    {
        { SshKeyKind.Ed25519, "ssh-ed25519" },
        { SshKeyKind.Rsa, "rsa-sha2-512" },
        { SshKeyKind.Rsa, "rsa-sha2-256" },
        { SshKeyKind.Ecdsa256, "ecdsa-sha2-nistp256" },
        { SshKeyKind.Ecdsa384, "ecdsa-sha2-nistp384" },
        { SshKeyKind.Ecdsa521, "ecdsa-sha2-nistp521" },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Signature_VerifiesOnlyWithItsDataKeyAndAlgorithm(SshKeyKind kind, string algorithm)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, kind == SshKeyKind.Rsa ? 2048 : 0), other = SshPrivateKey.Generate(kind, kind == SshKeyKind.Rsa ? 2048 : 0);
        byte[] data = RandomNumberGenerator.GetBytes(300);
        byte[] signature = await key.SignAsync(algorithm, data, TestContext.Current.CancellationToken);
        Assert.Contains(algorithm, key.PublicKey.SignatureAlgorithms);
        Assert.True(key.PublicKey.Verify(data, signature, key.PublicKey.SignatureAlgorithms));
        Assert.False(key.PublicKey.Verify(data, signature, ["ssh-rsa"]));
        Assert.False(other.PublicKey.Verify(data, signature, key.PublicKey.SignatureAlgorithms));
        Assert.False(key.PublicKey.Verify(data.AsSpan(1), signature, key.PublicKey.SignatureAlgorithms));
        signature[^1] ^= 1;
        Assert.False(key.PublicKey.Verify(data, signature, key.PublicKey.SignatureAlgorithms));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Blob_DecodesToAnEqualKey_AndNothingElseDoes(SshKeyKind kind, string algorithm)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind);
        byte[] blob = key.PublicKey.Blob.ToArray();
        Assert.True(SshPublicKey.TryDecode(blob, out SshPublicKey? decoded, out string? why));
        Assert.Null(why);
        Assert.Equal(key.PublicKey, decoded);
        Assert.Contains(algorithm, decoded.SignatureAlgorithms);
        for (int length = 0; length < blob.Length; length++)
        {
            Assert.False(SshPublicKey.TryDecode(blob.AsSpan(0, length), out _, out why));
            Assert.NotNull(why);
        }

        Assert.False(SshPublicKey.TryDecode([.. blob, 0], out _, out _));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void MutatedSignatureOrBlob_NeverThrows(SshKeyKind kind, string algorithm)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(kind, kind == SshKeyKind.Rsa ? 2048 : 0);
        byte[] signature = key.Sign(algorithm, [1, 2, 3]), blob = key.PublicKey.Blob.ToArray();
        Random random = new(1);
        for (int i = 0; i < 300; i++)
        {
            byte[] changed = (byte[])signature.Clone();
            int at = random.Next(changed.Length);
            changed[at] ^= (byte)(1 << random.Next(8));
            Assert.False(key.PublicKey.Verify([1, 2, 3], changed, key.PublicKey.SignatureAlgorithms));
            Assert.False(key.PublicKey.Verify([1, 2, 3], signature.AsSpan(0, random.Next(signature.Length)), key.PublicKey.SignatureAlgorithms));
            changed = (byte[])blob.Clone();
            changed[random.Next(changed.Length)] ^= (byte)(1 << random.Next(8));
            if (SshPublicKey.TryDecode(changed, out SshPublicKey? other, out _)) Assert.NotEqual(key.PublicKey, other);
        }
    }

    [Fact]
    public void RsaSignatureWithoutLeadingZeros_IsAccepted()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        for (int i = 0; ; i++)
        {
            byte[] data = BitConverter.GetBytes(i), signature = key.Sign("rsa-sha2-256", data);
            SshReader reader = new(signature);
            Assert.True(reader.TryReadString(out _));
            Assert.True(reader.TryReadString(out ReadOnlySpan<byte> octets));
            if (octets[0] != 0) continue;
            byte[] shorter = new byte[signature.Length - 1];
            SshWriter writer = new(shorter);
            writer.WriteText("rsa-sha2-256");
            writer.WriteString(octets[1..]);
            Assert.True(key.PublicKey.Verify(data, shorter, ["rsa-sha2-256"]));
            return;
        }
    }

    [Fact]
    public void PointOffTheCurve_IsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ecdsa256);
        byte[] blob = key.PublicKey.Blob.ToArray();
        blob[^1] ^= 1;
        Assert.False(SshPublicKey.TryDecode(blob, out _, out string? why));
        Assert.Equal("expected a point of nistp256, got something else", why);
    }

    [Fact]
    public void ShortRsaKey_IsRefusedWithItsSize()
    {
        using RSA rsa = RSA.Create(768);
        RSAParameters parameters = rsa.ExportParameters(false);
        byte[] blob = new byte[300];
        SshWriter writer = new(blob);
        writer.WriteText("ssh-rsa");
        writer.WriteMpint(parameters.Exponent);
        writer.WriteMpint(parameters.Modulus);
        Assert.False(SshPublicKey.TryDecode(blob.AsSpan(0, writer.Written), out _, out string? why));
        Assert.Equal("expected an ssh-rsa key of 1024 to 16384 bits, got 768", why);
    }

    [Fact]
    public void SuperfluousZeroInMpint_IsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        SshReader reader = new(key.PublicKey.Blob.Span);
        Assert.True(reader.TryReadText(out _));
        Assert.True(reader.TryReadMpint(out ReadOnlySpan<byte> e));
        Assert.True(reader.TryReadMpint(out ReadOnlySpan<byte> n));
        byte[] blob = new byte[600];
        SshWriter writer = new(blob);
        writer.WriteText("ssh-rsa");
        byte[] longer = [0, .. e];
        writer.WriteString(longer);
        writer.WriteMpint(n);
        Assert.False(SshPublicKey.TryDecode(blob.AsSpan(0, writer.Written), out _, out string? why));
        Assert.Contains("canonical", why, StringComparison.Ordinal);
    }

    [Fact]
    public void UnknownType_IsNamedPrintably()
    {
        byte[] blob = new byte[12];
        SshWriter writer = new(blob);
        writer.WriteString(Encoding.ASCII.GetBytes("ssh\nx\e["));
        Assert.False(SshPublicKey.TryDecode(blob, out _, out string? why));
        Assert.Equal("expected a key type that is supported, got ssh?x?[", why);
    }

    [Fact]
    public void Line_RoundTripsWithComment_AndATypeThatLiesIsRefused()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        string line = key.PublicKey.ToAuthorizedKeysLine("me@here now");
        Assert.True(SshPublicKey.TryParse(line, out SshPublicKey? parsed, out string comment, out _));
        Assert.Equal((key.PublicKey, "me@here now"), (parsed, comment));
        Assert.False(SshPublicKey.TryParse(line.Replace("ssh-ed25519 ", "ssh-rsa ", StringComparison.Ordinal), out _, out _, out string? why));
        Assert.Equal("expected a key of type ssh-rsa, got ssh-ed25519", why);
        Assert.False(SshPublicKey.TryParse("ssh-ed25519", out _, out _, out _));
        Assert.False(SshPublicKey.TryParse("ssh-ed25519 %%%%", out _, out _, out _));
    }

    [Fact]
    public void UnsuitableAlgorithm_IsTheCallersMistake()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        Assert.Throws<ArgumentException>(() => key.Sign("rsa-sha2-256", [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => SshPrivateKey.Generate(SshKeyKind.Rsa, 1024));
    }
}
