using Adit.Interop.Tests.Sshd;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>A path that changes one bit: the client notices, whatever the cipher and MAC.</summary>
public sealed class IntegrityTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Theory]
    [InlineData("aes128-ctr", "hmac-sha2-256")]
    [InlineData("aes256-ctr", "hmac-sha2-512-etm@openssh.com")]
    [InlineData("aes128-gcm@openssh.com", null)]
    [InlineData("chacha20-poly1305@openssh.com", null)]
    public async Task ChangedBit_EndsTheConnection(string cipher, string? mac)
    {
        const long Changed = 200_000; // past the login, within the command's output
        using OpenSshClient client = fixture.Client();
        await using CorruptingProxy proxy = new(fixture.Server.Target.Port, down: Changed);
        string[] macs = mac is null ? [] : ["-m", mac];
        ProcessResult result = await client.RunAsync(["-c", cipher, .. macs, "-o", $"HostKeyAlias=[127.0.0.1]:{fixture.Server.Target.Port}", "-o", $"ProxyCommand=nc 127.0.0.1 {proxy.Port}"], "head -c 1000000 /dev/zero; sleep 20");
        Assert.Equal(255, result.ExitCode);
        Assert.InRange(result.Output.Length, 1, (int)Changed);
        Assert.True(
            new[] { "Corrupted MAC on input", "Bad packet length", "message authentication" }.Any(word => result.Errors.Contains(word, StringComparison.OrdinalIgnoreCase)), result.Errors);
    }
}
