using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Certificates;

/// <summary>Keys of OpenSSH's sk-… types at our gateway and through an agent, with a token in software that its own ssh-keygen, ssh and ssh-agent drive.</summary>
public sealed class SecurityKeyTests : GatewayTest
{
    private string Provider => Folder["sk.so"];

    public override async ValueTask InitializeAsync()
    {
        PeerRequired.Installed("gcc");
        await base.InitializeAsync();
        string source = Path.Combine(AppContext.BaseDirectory, "Peers", "sk_provider.c");
        (await ProcessRunner.RunAsync("gcc", "-shared", "-fPIC", "-Wall", "-o", Provider, source, "-lcrypto")).Succeeded();
    }

    [Theory]
    [InlineData("ed25519-sk")]
    [InlineData("ecdsa-sk")]
    public async Task Ssh_LogsInAtTheGateway_AsFarAsTheTokenAttests(string type)
    {
        SshKeyFile key = await MakeAsync(type);
        Assert.StartsWith("sk-", key.PublicLine, StringComparison.Ordinal);
        await using AditGateway gateway = await AditGateway.StartAsync([key.PublicLine]);
        await AssertLoginAsync(gateway, key, true);
        await AssertLoginAsync(gateway, key, false, flags: 0); // untouched
        await AssertLoginAsync(gateway, key, true, flags: 5);

        gateway.Folder.Write("state/authorized_keys", $"no-touch-required {key.PublicLine}\n");
        await AssertLoginAsync(gateway, key, true, flags: 0);
        gateway.Folder.Write("state/authorized_keys", $"verify-required,no-pty {key.PublicLine}\n");
        await AssertLoginAsync(gateway, key, false, flags: 1);
        await AssertLoginAsync(gateway, key, true, flags: 5);
    }

    [Fact]
    public async Task CertificateOfASecurityKey_LogsIn()
    {
        SshKeyFile key = await MakeAsync("ed25519-sk");
        SshAuthority authority = await SshAuthority.MakeAsync(Folder);
        await authority.CertifyAsync(key, "-n", Environment.UserName);
        await using AditGateway gateway = await AditGateway.StartAsync([$"cert-authority {authority.Key.PublicLine}"]);
        await AssertLoginAsync(gateway, key, true);
        await AssertLoginAsync(gateway, key, false, flags: 0);

        // Both the line and the certificate must do without the touch.
        gateway.Folder.Write("state/authorized_keys", $"cert-authority,no-touch-required,no-pty {authority.Key.PublicLine}\n");
        await AssertLoginAsync(gateway, key, false, flags: 0);
        await authority.CertifyAsync(key, "-n", Environment.UserName, "-O", "no-touch-required");
        await AssertLoginAsync(gateway, key, true, flags: 0);
    }

    [Theory]
    [InlineData("ed25519-sk")]
    [InlineData("ecdsa-sk")]
    public async Task OurClient_SignsThroughAnAgent_AtSshdAndTheGateway(string type)
    {
        PeerRequired.Installed("sshd", "ssh-add");
        SshKeyFile key = await MakeAsync(type);
        string socket = Folder["agent"];
        await using PeerProcess agent = await PeerProcess.StartAsync(new PeerStart { Program = "ssh-agent", Arguments = ["-D", "-a", socket, "-P", $"{Folder.Path}/*"] });
        await Readiness.WaitForListenerAsync(new System.Net.Sockets.UnixDomainSocketEndPoint(socket), agent);
        (await ProcessRunner.RunAsync(new PeerStart
        {
            Program = "ssh-add",
            Arguments = ["-q", "-S", Provider, key.PrivatePath],
            Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = socket },
        })).Succeeded();

        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [key.PublicLine] });
        using OpenSshClient adit = Adit(server.Target, null, socket);
        Assert.Equal("in\n", (await adit.RunAsync([], "echo in")).Succeeded().Text);
        await using AditGateway gateway = await AditGateway.StartAsync([key.PublicLine]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient own = Adit(gateway.Target, null, socket);
        Assert.Equal("through", (await ProcessRunner.RunAsync(own.Command(["-W", $"127.0.0.1:{echo.Port}"]), "through"u8.ToArray())).Text);

        // A file alone is of no use here, and that is said.
        using OpenSshClient alone = Adit(server.Target, key, null);
        ProcessResult result = await alone.RunAsync([], "echo in");
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("security key", result.Errors, StringComparison.Ordinal);
    }

    private async Task<SshKeyFile> MakeAsync(string type)
    {
        string path = Folder[type];
        (await ProcessRunner.RunAsync(new PeerStart
        {
            Program = "ssh-keygen",
            Arguments = ["-q", "-t", type, "-N", "", "-f", path, "-w", Provider],
        })).Succeeded();
        return new SshKeyFile(path, (await File.ReadAllTextAsync(path + ".pub")).Trim());
    }

    private async Task AssertLoginAsync(AditGateway gateway, SshKeyFile key, bool accepted, int? flags = null)
    {
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient ssh = new(gateway.Target, key)
        {
            Environment = new Dictionary<string, string?> { ["SSH_AUTH_SOCK"] = null, ["ADIT_TEST_SK_FLAGS"] = flags?.ToString() },
        };
        ProcessResult result = await ProcessRunner.RunAsync(ssh.Command(["-o", $"SecurityKeyProvider={Provider}", "-W", $"127.0.0.1:{echo.Port}"]), "through"u8.ToArray());
        Assert.True((result.Text == "through") == accepted, result.Errors);
        if (!accepted) Assert.Contains("Permission denied", result.Errors, StringComparison.Ordinal);
    }

    private OpenSshClient Adit(SshTarget target, SshKeyFile? key, string? agent) => new(target, key)
    {
        Program = AditProgram.ExecutablePath,
        Verb = ["ssh"],
        Environment = new Dictionary<string, string?> { ["HOME"] = Folder.Path, ["SSH_AUTH_SOCK"] = agent },
    };
}
