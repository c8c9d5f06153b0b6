using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.KeyExchange;

/// <summary>profile: hardened at the gateway, and the sizes of RSA keys.</summary>
public sealed class ProfileTests : GatewayTest
{
    [Fact]
    public async Task Hardened_TakesPostQuantumKeyExchangeAndLargeKeysOnly()
    {
        SshKeyFile small = await SshKeyFile.GenerateAsync(Folder, "small", "rsa", 3072), large = await SshKeyFile.GenerateAsync(Folder, "large", "rsa", 4096);
        SshKeyFile nist = await SshKeyFile.GenerateAsync(Folder, "nist", "ecdsa");
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine, small.PublicLine, large.PublicLine, nist.PublicLine], ["profile: hardened"]);
        await using StreamServer echo = StreamServer.Echo();
        Assert.Equal("", await LogInAsync(Identity));
        Assert.Equal("", await LogInAsync(large));
        Assert.Contains("Permission denied", await LogInAsync(small), StringComparison.Ordinal);
        Assert.Contains("Permission denied", await LogInAsync(nist), StringComparison.Ordinal);
        Assert.Contains("no matching key exchange method found", await LogInAsync(Identity, "-o", "KexAlgorithms=curve25519-sha256"), StringComparison.Ordinal);
        Assert.Contains("no matching MAC found", await LogInAsync(Identity, "-c", "aes256-ctr", "-m", "hmac-sha2-256"), StringComparison.Ordinal);
        Assert.Equal("", await LogInAsync(Identity, "-c", "aes256-ctr", "-m", "hmac-sha2-256-etm@openssh.com"));

        async Task<string> LogInAsync(SshKeyFile key, params string[] options)
        {
            using OpenSshClient ssh = new(gateway.Target, key);
            ProcessResult result = await ProcessRunner.RunAsync(ssh.Command([.. options, "-W", $"127.0.0.1:{echo.Port}"]), "through"u8.ToArray());
            return result.Text == "through" ? "" : result.Errors;
        }
    }

    [Fact]
    public async Task RequiredRsaSize_IsOursToo()
    {
        PeerRequired.Installed("sshd");
        SshKeyFile key = await SshKeyFile.GenerateAsync(Folder, "short", "rsa", 1024);
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [key.PublicLine] });
        using OpenSshClient adit = new(server.Target, key) { Program = AditProgram.ExecutablePath, Verb = ["ssh"], Environment = new Dictionary<string, string?> { ["HOME"] = Folder.Path, ["SSH_AUTH_SOCK"] = null } };
        Assert.Equal("in\n", (await adit.RunAsync([], "echo in")).Succeeded().Text);
        ProcessResult refused = await adit.RunAsync(["-o", "RequiredRSASize=2048"], "echo in");
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("Permission denied", refused.Errors, StringComparison.Ordinal);
    }
}
