using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Certificates;

/// <summary>Hosts' certificates that ssh-keygen made: our client at sshd, ssh at our gateway.</summary>
public sealed class HostCertificateTests : GatewayTest
{
    [Theory]
    [InlineData("ed25519", "", true, "-n", "127.0.0.1")]
    [InlineData("rsa", "", true, "-n", "a,127.0.0.1")]
    [InlineData("ecdsa", "", true)]
    [InlineData("ed25519", "Certificate invalid: name is not a listed principal", false, "-n", "other.example")]
    [InlineData("ed25519", "Certificate invalid: expired", false, "-V", "20200101:20200102")]
    [InlineData("ed25519", "Certificate invalid: not yet valid", false, "-V", "+1d:+2d")]
    public async Task OurClient_JudgesTheCertificateOfSshd(string type, string words, bool accepted, params string[] signing)
    {
        PeerRequired.Installed("sshd");
        SshAuthority authority = await SshAuthority.MakeAsync(Folder);
        SshKeyFile host = await SshKeyFile.GenerateAsync(Folder, "host", type);
        string certificate = await authority.CertifyAsync(host, ["-h", .. signing]);
        await using OpenSshServer server = await ServeAsync(host, certificate);
        using OpenSshClient adit = Adit(server.Target);

        // Only the authority is known.
        File.WriteAllText(adit.KnownHostsFile, $"@cert-authority 127.0.0.* {authority.Key.PublicKey}\n");
        ProcessResult result = await adit.RunAsync(["-v"], "echo in");
        if (accepted) Assert.Equal("in\n", result.Succeeded().Text);
        else
        {
            Assert.Equal(255, result.ExitCode);
            Assert.Contains(words, result.Errors, StringComparison.Ordinal);
            Assert.Contains("Host key verification failed.", result.Errors, StringComparison.Ordinal);
        }

        // Only the key is known, or an authority beside it that is not this one: the key counts by itself.
        foreach (string line in new[] { "", $"@cert-authority * {Identity.PublicKey}\n" })
        {
            File.WriteAllText(adit.KnownHostsFile, line + $"[127.0.0.1]:{server.Target.Port} {host.PublicKey}\n");
            Assert.Equal("in\n", (await adit.RunAsync([], "echo in")).Succeeded().Text);
        }
    }

    [Fact]
    public async Task RevokedCertificate_IsRefusedWhateverRevokesIt()
    {
        PeerRequired.Installed("sshd");
        SshAuthority authority = await SshAuthority.MakeAsync(Folder);
        SshKeyFile host = await SshKeyFile.GenerateAsync(Folder, "host");
        string certificate = await authority.CertifyAsync(host, "-h", "-z", "42");
        await using OpenSshServer server = await ServeAsync(host, certificate);
        using OpenSshClient adit = Adit(server.Target);
        string trust = $"@cert-authority * {authority.Key.PublicKey}\n", krl = Folder["krl"];
        File.WriteAllText(adit.KnownHostsFile, trust);
        (await ProcessRunner.RunAsync("ssh-keygen", "-q", "-k", "-f", krl, "-s", authority.Key.PublicPath, Folder.Write("none", "serial: 41\n"))).Succeeded();
        Assert.Equal("in\n", (await adit.RunAsync(["-o", $"RevokedHostKeys={krl}"], "echo in")).Succeeded().Text);
        (await ProcessRunner.RunAsync("ssh-keygen", "-q", "-k", "-u", "-f", krl, "-s", authority.Key.PublicPath, Folder.Write("one", "serial: 42\n"))).Succeeded();

        await RefusedAsync("-o", $"RevokedHostKeys={krl}");
        await RefusedAsync("-o", $"RevokedHostKeys={Folder.Write("text", authority.Key.PublicLine + "\n")}");
        File.WriteAllText(adit.KnownHostsFile, trust + $"@revoked * {host.PublicKey}\n");
        await RefusedAsync();
        File.WriteAllText(adit.KnownHostsFile, trust + $"@revoked * {authority.Key.PublicKey}\n");
        await RefusedAsync();

        async Task RefusedAsync(params string[] options)
        {
            ProcessResult result = await adit.RunAsync(options, "echo in");
            Assert.Equal(255, result.ExitCode);
            Assert.Contains("REVOKED HOST KEY DETECTED", result.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ssh_TrustsTheGatewayByItsCertificate()
    {
        SshAuthority authority = await SshAuthority.MakeAsync(Folder);
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], null, "127.0.0.1", ("ed25519", 0), ("rsa", 3072));
        foreach (string name in new[] { "host_ed25519_0", "host_rsa_3072" })
        {
            string path = gateway.Folder[name];
            await authority.CertifyAsync(new SshKeyFile(path, File.ReadAllText(path + ".pub")), "-h", "-n", "127.0.0.1");
        }

        await gateway.RestartAsync();
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient ssh = new(gateway.Target, Identity);
        File.WriteAllText(ssh.KnownHostsFile, $"@cert-authority * {authority.Key.PublicKey}\n");
        foreach (string algorithm in new[] { "ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com", "rsa-sha2-256-cert-v01@openssh.com" })
        {
            ProcessResult result = await ProcessRunner.RunAsync(ssh.Command(["-v", "-o", $"HostKeyAlgorithms={algorithm}", "-W", $"127.0.0.1:{echo.Port}"]), "through"u8.ToArray());
            Assert.True(result.Text == "through", result.Errors);
            Assert.Contains($"kex: host key algorithm: {algorithm}", result.Errors, StringComparison.Ordinal);
        }

        // Who knows the key only is served as before.
        File.WriteAllText(ssh.KnownHostsFile, gateway.Target.KnownHosts);
        Assert.Equal("through", (await ProcessRunner.RunAsync(ssh.Command(["-W", $"127.0.0.1:{echo.Port}"]), "through"u8.ToArray())).Text);
    }

    private Task<OpenSshServer> ServeAsync(SshKeyFile host, string certificate) => OpenSshServer.StartAsync(
        new OpenSshServerOptions { AuthorizedKeys = [Identity.PublicLine], HostKeys = [host], Config = [$"HostCertificate {certificate}"] });

    private OpenSshClient Adit(SshTarget target) => new(target, Identity)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh"],
        Environment = new Dictionary<string, string?> { ["HOME"] = Folder.Path, ["SSH_AUTH_SOCK"] = null },
    };
}
