using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Certificates;

/// <summary>Users' certificates that ssh-keygen made: ssh at our gateway, our client at sshd.</summary>
public sealed class UserCertificateTests : GatewayTest
{
    private static readonly string User = Environment.UserName;

    public static TheoryData<string, string, string[]> Refused => new()
    {
        { "cert-authority", "not a listed principal", ["-n", "somebody-else"] },
        { "cert-authority,principals=\"one,two\"", "Certificate does not contain an authorized principal", ["-n", "three"] },
        { "cert-authority", "Certificate invalid: expired", ["-n", User, "-V", "20200101:20200102"] },
        { "cert-authority", "Certificate invalid: not yet valid", ["-n", User, "-V", "+1d:+2d"] },
        { "cert-authority", "Certificate invalid: not a user certificate", ["-h", "-n", User] },
        { "cert-authority", "not valid for the address", ["-n", User, "-O", "source-address=10.0.0.0/8"] },
        { "cert-authority", "critical option \"odd@adit\" is not supported", ["-n", User, "-O", "critical:odd@adit=1"] },
        { "restrict", "no cert-authority line", ["-n", User] },
    };

    [Theory]
    [InlineData("ed25519", "ed25519")]
    [InlineData("rsa", "ecdsa")]
    [InlineData("ecdsa", "rsa")]
    public async Task SshAndOurClient_LogInAtTheGateway(string type, string authorityType)
    {
        SshAuthority authority = await SshAuthority.MakeAsync(Folder, type: authorityType);
        SshKeyFile key = await SshKeyFile.GenerateAsync(Folder, "user", type);
        await authority.CertifyAsync(key, "-n", $"{User},other", "-V", "-1m:+1d");
        await using AditGateway gateway = await AditGateway.StartAsync([$"cert-authority {authority.Key.PublicLine}"]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient ssh = new(gateway.Target, key), adit = Adit(gateway.Target, key);
        foreach (OpenSshClient client in new[] { ssh, adit })
        {
            ProcessResult result = await ProcessRunner.RunAsync(client.Command(["-v", "-W", $"127.0.0.1:{echo.Port}"]), "through"u8.ToArray());
            Assert.True(result.Text == "through", result.Errors);
        }

        await gateway.WaitForLogAsync("login of", "-cert-v01@openssh.com");
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task UnfitCertificate_IsRefusedByTheGateway(string options, string why, string[] signing)
    {
        SshAuthority authority = await SshAuthority.MakeAsync(Folder);
        await authority.CertifyAsync(Identity, signing);
        await using AditGateway gateway = await AditGateway.StartAsync([$"{options} {authority.Key.PublicLine}"]);
        using OpenSshClient client = new(gateway.Target, Identity);

        ProcessResult result = await client.RunAsync(["-o", $"CertificateFile={Identity.PrivatePath}-cert.pub", "-N"]);

        Assert.Equal(255, result.ExitCode);
        Assert.Contains("Permission denied (publickey)", result.Errors, StringComparison.Ordinal);
        if (!signing.Contains("-h")) await gateway.WaitForLogAsync("no login");
        Assert.DoesNotContain("login of", gateway.Process.Errors.Text, StringComparison.Ordinal);
        Assert.True(signing.Contains("-h") || gateway.Process.Errors.Text.Contains(why, StringComparison.Ordinal) || gateway.Process.Errors.Text.Contains("not in authorized-keys", StringComparison.Ordinal), gateway.Process.Errors.Text);
    }

    [Fact]
    public async Task CertificateByAnotherAuthority_IsRefused()
    {
        SshAuthority trusted = await SshAuthority.MakeAsync(Folder, "trusted"), other = await SshAuthority.MakeAsync(Folder, "other");
        await other.CertifyAsync(Identity, "-n", User);
        await using AditGateway gateway = await AditGateway.StartAsync([$"cert-authority {trusted.Key.PublicLine}"]);
        using OpenSshClient client = new(gateway.Target, Identity);
        Assert.Contains("Permission denied (publickey)", (await client.RunAsync(["-N"])).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task PrincipalsOfTheLine_TakeTheNamesPlace_AndExtensionsDecide()
    {
        SshAuthority authority = await SshAuthority.MakeAsync(Folder);
        await authority.CertifyAsync(Identity, "-n", "role", "-O", "clear");
        await using AditGateway gateway = await AditGateway.StartAsync([$"cert-authority,principals=\"x,role\" {authority.Key.PublicLine}"]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);

        // Without permit-port-forwarding the login stands and the forward does not.
        ProcessResult result = await ProcessRunner.RunAsync(client.Command(["-W", $"127.0.0.1:{echo.Port}"]), "x"u8.ToArray());
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("administratively prohibited", result.Errors, StringComparison.Ordinal);
        await gateway.WaitForLogAsync("login of");
    }

    [Theory]
    [InlineData("ed25519")]
    [InlineData("rsa")]
    [InlineData("ecdsa")]
    public async Task OurClient_LogsInAtSshd(string type)
    {
        PeerRequired.Installed("sshd");
        SshAuthority authority = await SshAuthority.MakeAsync(Folder);
        SshKeyFile key = await SshKeyFile.GenerateAsync(Folder, "user", type);
        string certificate = await authority.CertifyAsync(key, "-n", User);
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { Config = [$"TrustedUserCAKeys {authority.Key.PublicPath}"] });

        // Beside the key; named by CertificateFile; in an agent.
        using (OpenSshClient adit = Adit(server.Target, key)) Assert.Equal("in\n", (await adit.RunAsync([], "echo in")).Succeeded().Text);
        string elsewhere = Folder["elsewhere.pub"];
        File.Move(certificate, elsewhere);
        using (OpenSshClient adit = Adit(server.Target, key))
        {
            Assert.Equal(255, (await adit.RunAsync([], "echo in")).ExitCode);
            Assert.Equal("in\n", (await adit.RunAsync(["-o", $"CertificateFile={elsewhere}"], "echo in")).Succeeded().Text);
        }

        File.Move(elsewhere, certificate);
        await using SshAgent agent = await SshAgent.StartAsync(key);
        using OpenSshClient through = new(server.Target, null)
        {
            Program = AditProgram.ExecutablePath,
            Verb = ["ssh"],
            Environment = new Dictionary<string, string?> { ["HOME"] = Folder.Path, ["SSH_AUTH_SOCK"] = agent.SocketPath },
        };
        Assert.Equal("in\n", (await through.RunAsync([], "echo in")).Succeeded().Text);
    }

    private OpenSshClient Adit(SshTarget target, SshKeyFile key) => new(target, key)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh"],
        Environment = new Dictionary<string, string?> { ["HOME"] = Folder.Path, ["SSH_AUTH_SOCK"] = null },
    };
}
