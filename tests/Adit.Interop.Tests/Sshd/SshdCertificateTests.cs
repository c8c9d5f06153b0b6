using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sshd;

/// <summary>Certificates that ssh-keygen makes, as sshd_config trusts them.</summary>
public sealed class SshdCertificateTests : SshdTest
{
    private SshKeyFile _authority = null!;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        _authority = await SshKeyFile.GenerateAsync(Folder, "authority");
    }

    [Theory]
    [InlineData(true, "USER")]
    [InlineData(true, "other,USER")]
    [InlineData(true, "USER", "-V", "-1h:+1h")]
    [InlineData(false, "USER", "-V", "-2h:-1h")]
    [InlineData(false, "USER", "-V", "+1h:+2h")]
    [InlineData(false, "other")]
    [InlineData(false, null)]
    [InlineData(true, "USER", "-O", "source-address=127.0.0.0/8")]
    [InlineData(false, "USER", "-O", "source-address=192.0.2.0/24")]
    [InlineData(false, "USER", "-h")]
    public async Task TrustedUserCaKeys_LetInWhomACertificateNames(bool expected, string? principals, params string[] options)
    {
        await using OpenSshServer server = await StartAsync("AuthorizedKeysFile none", $"TrustedUserCAKeys {_authority.PrivatePath}.pub");
        await SignAsync(principals, options);
        using OpenSshClient client = Client(server);
        Assert.Equal(expected ? 0 : 255, (await client.RunAsync([], "true")).ExitCode);
        if (expected) await SaysAsync(server, "Accepted publickey for ", "ED25519-CERT SHA256:", " ID adit (serial 7) CA ED25519 SHA256:");
    }

    [Fact]
    public async Task ForcedCommand_AndExtensions_Count()
    {
        await using OpenSshServer server = await StartAsync("AuthorizedKeysFile none", $"TrustedUserCAKeys {_authority.PrivatePath}.pub");
        await SignAsync("USER", "-O", "clear", "-O", "force-command=echo forced");
        using OpenSshClient client = Client(server);
        Assert.Equal("forced\n", (await client.RunAsync([], "other")).Succeeded().Text);
        Assert.Contains("administratively prohibited", (await client.RunAsync(["-W", "127.0.0.1:9"])).Errors, StringComparison.Ordinal);
        Assert.Contains("PTY allocation request failed", (await client.RunAsync(["-tt"], "true")).Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, "# nobody\nsomebody\nrestrict,command=\"echo by principal\" special\n")]
    [InlineData(false, "somebody\n")]
    public async Task AuthorizedPrincipalsFile_SaysWhich(bool expected, string principals)
    {
        string file = Folder.Write("principals", principals);
        await using OpenSshServer server = await StartAsync("AuthorizedKeysFile none", $"TrustedUserCAKeys {_authority.PrivatePath}.pub", $"AuthorizedPrincipalsFile {file}");
        await SignAsync("special");
        using OpenSshClient client = Client(server);
        ProcessResult result = await client.RunAsync([], "true");
        Assert.Equal(expected ? (0, "by principal\n") : (255, ""), (result.ExitCode, result.Text));
        if (!expected) await SaysAsync(server, "Certificate does not contain an authorized principal");
    }

    [Fact]
    public async Task CertAuthorityLine_AndRevocation()
    {
        string revoked = Folder.Write("revoked", "");
        await using OpenSshServer server = await StartAsync(new OpenSshServerOptions
        {
            AuthorizedKeys = [$"cert-authority,principals=\"special\" {_authority.PublicLine}"],
            Config = [$"RevokedKeys {revoked}"],
        });
        await SignAsync("special");
        using OpenSshClient client = Client(server);
        (await client.RunAsync([], "true")).Succeeded();
        File.WriteAllText(revoked, _authority.PublicLine + "\n");
        Assert.Equal(255, (await client.RunAsync([], "true")).ExitCode);
    }

    [Fact]
    public async Task HostCertificate_IsShown()
    {
        SshKeyFile host = await SshKeyFile.GenerateAsync(Folder, "host");
        (await ProcessRunner.RunAsync("ssh-keygen", "-q", "-s", _authority.PrivatePath, "-I", "host", "-h", "-n", "127.0.0.1", $"{host.PrivatePath}.pub")).Succeeded();
        await using OpenSshServer server = await StartAsync(new OpenSshServerOptions { HostKeys = [host], Config = [$"HostCertificate {host.PrivatePath}-cert.pub"] });
        string known = Folder.Write("known", $"@cert-authority [127.0.0.1]:{server.Target.Port} {_authority.PublicLine}\n");
        using OpenSshClient client = Client(server);
        (await client.RunAsync(["-o", $"UserKnownHostsFile={known}"], "true")).Succeeded();
    }

    private async Task SignAsync(string? principals, params string[] options)
    {
        string[] names = principals is null ? [] : ["-n", principals.Replace("USER", Environment.UserName, StringComparison.Ordinal)];
        (await ProcessRunner.RunAsync("ssh-keygen", ["-q", "-s", _authority.PrivatePath, "-I", "adit", "-z", "7", .. names, .. options, $"{Identity.PrivatePath}.pub"])).Succeeded();
    }
}
