using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Adit.Ssh.Keys;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tests.Keys;

/// <summary>Keys in FIDO tokens, made here as OpenSSH PROTOCOL.u2f tells it.</summary>
public sealed class SecurityKeyTests
{
    private static readonly byte[] Data = "data"u8.ToArray();

    [Theory]
    [InlineData(SshKeyKind.Ed25519, "sk-ssh-ed25519@openssh.com")]
    [InlineData(SshKeyKind.Ecdsa256, "sk-ecdsa-sha2-nistp256@openssh.com")]
    public void Signature_VerifiesWithWhatThePermissionsDemand(SshKeyKind kind, string type)
    {
        using SshPrivateKey inner = SshPrivateKey.Generate(kind);
        SshPublicKey key = Key(inner, type, "ssh:");
        Assert.Equal((type, 256), (key.KeyType, key.Bits));
        byte[] touched = Sign(inner, type, "ssh:", 1), silent = Sign(inner, type, "ssh:", 0), verified = Sign(inner, type, "ssh:", 5);

        Assert.True(key.Verify(Data, touched, [type]));
        Assert.False(key.Verify(Data, silent, [type]));
        Assert.False(key.Verify(Data, touched, ["ssh-ed25519"]));
        Assert.False(key.Verify([1], touched, [type]));
        Assert.False(key.Verify(Data, Sign(inner, type, "other:", 1), [type]));
        KeyPermissions free = new() { NoTouchRequired = true }, strict = new() { VerifyRequired = true };
        Assert.True(key.VerifyLogin(Data, silent, [type], free));
        Assert.False(key.VerifyLogin(Data, silent, [type], KeyPermissions.Unrestricted));
        Assert.False(key.VerifyLogin(Data, touched, [type], strict));
        Assert.True(key.VerifyLogin(Data, verified, [type], strict));
        for (int at = 0; at < touched.Length; at++)
        {
            byte[] changed = [.. touched];
            changed[at] ^= 2;
            Assert.False(key.VerifyLogin(Data, changed, [type], free), $"octet {at}");
            Assert.False(key.VerifyLogin(Data, touched.AsSpan(0, at), [type], free), $"cut at {at}");
        }

        Assert.False(key.VerifyLogin(Data, [.. touched, 0], [type], free));
    }

    private static SshPublicKey Key(SshPrivateKey inner, string type, string application)
    {
        byte[] blob = new byte[300];
        SshWriter writer = new(blob);
        writer.WriteText(type);
        writer.WriteBytes(inner.PublicKey.Blob.Span[SshWriter.TextLength(inner.PublicKey.KeyType)..]);
        writer.WriteText(application);
        Assert.True(SshPublicKey.TryDecode(blob.AsSpan(0, writer.Written), out SshPublicKey? key, out string? why), why);
        return key;
    }

    private static byte[] Sign(SshPrivateKey inner, string type, string application, byte flags)
    {
        byte[] counter = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(counter, 7);
        byte[] signed = [.. SHA256.HashData(Encoding.UTF8.GetBytes(application)), flags, .. counter, .. SHA256.HashData(Data)];
        byte[] signature = inner.Sign(inner.PublicKey.KeyType, signed);
        SshReader reader = new(signature);
        Assert.True(reader.TryReadString(out _));
        Assert.True(reader.TryReadString(out ReadOnlySpan<byte> octets));
        byte[] result = new byte[300];
        SshWriter writer = new(result);
        writer.WriteText(type);
        writer.WriteString(octets);
        writer.WriteByte(flags);
        writer.WriteBytes(counter);
        return result[..writer.Written];
    }
}
