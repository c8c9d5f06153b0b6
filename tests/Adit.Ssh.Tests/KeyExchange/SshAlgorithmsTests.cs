using Adit.Core;
using Adit.Core.Streams;
using Adit.Ssh.Client;
using Adit.Ssh.KeyExchange;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;
using Adit.Ssh.Tests.Transport;
using Adit.Ssh.Transport;

namespace Adit.Ssh.Tests.KeyExchange;

/// <summary>What the profiles hold, and the least size of RSA keys in both roles.</summary>
public sealed class SshAlgorithmsTests
{
    [Fact]
    public void Default_PrefersPostQuantumKeyExchange()
    {
        Assert.Equal(["mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com", "curve25519-sha256"], SshAlgorithms.Default.KeyExchange.Take(4));
        Assert.DoesNotContain("ssh-rsa", SshAlgorithms.Default.UserKey.Concat(SshAlgorithms.Default.HostKey).Concat(SshAlgorithms.Default.CertificateAuthority));
        Assert.Equal(1024, SshAlgorithms.Default.RequiredRsaBits);
    }

    [Fact]
    public void Hardened_HoldsNothingElse()
    {
        SshAlgorithms hardened = SshAlgorithms.Hardened;
        Assert.Equal(["mlkem768x25519-sha256", "sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com"], hardened.KeyExchange);
        Assert.Equal(
            ["ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com", "ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"], hardened.HostKey);
        Assert.Equal(["aes256-gcm@openssh.com", "aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"], hardened.Cipher);
        Assert.Equal(["hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com"], hardened.Mac);
        Assert.Equal(4096, hardened.RequiredRsaBits);
        Assert.DoesNotContain(hardened.UserKey.Concat(hardened.CertificateAuthority), a => a.Contains("nistp", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(3072, 2048, true)]
    [InlineData(2048, 3072, false)]
    public async Task ShortUserKey_IsRefusedByTheServer(int bits, int required, bool accepted)
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, bits);
        Exception? failure = await LogInAsync(key, TestPeers.HostKey, new SshAlgorithms(), new SshAlgorithms { RequiredRsaBits = required });
        Assert.Equal(accepted, failure is null);
        if (!accepted) Assert.Equal(TunnelError.AuthenticationFailed, Assert.IsType<TunnelException>(failure).Error);
    }

    [Fact]
    public async Task ShortHostKey_IsRefusedByTheClient()
    {
        using SshPrivateKey host = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Ed25519);
        Exception? failure = await LogInAsync(key, host, new SshAlgorithms { RequiredRsaBits = 4096 }, new SshAlgorithms());
        Assert.Contains("Invalid key length", Assert.IsType<TunnelException>(failure).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ShortIdentity_IsNotOffered()
    {
        using SshPrivateKey key = SshPrivateKey.Generate(SshKeyKind.Rsa, 2048);
        Exception? failure = await LogInAsync(key, TestPeers.HostKey, new SshAlgorithms { RequiredRsaBits = 4096 }, new SshAlgorithms());
        Assert.Equal(TunnelError.AuthenticationFailed, Assert.IsType<TunnelException>(failure).Error);
    }

    private static async Task<Exception?> LogInAsync(SshPrivateKey key, SshPrivateKey host, SshAlgorithms client, SshAlgorithms server)
    {
        using var streams = new MemoryStreamPair();
        Task<SshServerSession> accepting = SshServerSession.AcceptAsync(
            streams.Second, new SshServerOptions { HostKeys = [host], Transport = new SshTransportOptions { Algorithms = server } }, new TestPeers.OneKey(), _ => new FakeService());
        try
        {
            await using SshClient session = await SshClient.ConnectAsync(streams.First, new SshClientOptions
            {
                Host = "host",
                User = "user",
                Identities = [key],
                HostKeys = new KnownHostsPolicy(KnownHosts.FromLines([$"host {host.PublicKey.ToAuthorizedKeysLine()}"], "file")),
                Transport = new SshTransportOptions { Algorithms = client },
            });
            await using SshServerSession accepted = await accepting;
            return null;
        }
        catch (TunnelException e)
        {
            await Assert.ThrowsAsync<TunnelException>(() => accepting);
            return e;
        }
    }
}
