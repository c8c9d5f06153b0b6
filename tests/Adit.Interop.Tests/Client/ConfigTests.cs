using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>ssh_config at work: what it says happens, not only how it is read.</summary>
public sealed class ConfigTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Fact]
    public async Task HostMatchAndInclude_Decide()
    {
        SshTarget target = Target;
        string included = fixture.Folder.Write("included", $"Port {target.Port}\n");
        string config = Config($"Host alias\n  HostName 127.0.0.1\n  Include {included}\nMatch originalhost alias exec \"true\"\n  SetEnv WHO=me\n  User {target.User}\n");
        ProcessResult result = (await RunAsync("-F", config, "alias", "echo in")).Succeeded();
        Assert.Equal("in\n", result.Text);
    }

    [Fact]
    public async Task ProxyJump_AndProxyCommand_LeadThere()
    {
        SshTarget target = Target;
        string config = Config(
            $"Host inner\n  HostName 127.0.0.1\n  Port {target.Port}\n  ProxyJump middle\n"
            + $"Host middle\n  HostName 127.0.0.1\n  Port {target.Port}\n  ProxyCommand {AditProgram.ExecutablePath} ssh -F %d/../{"x"} -W %h:%p outer\n"
            + $"Host outer\n  HostName 127.0.0.1\n  Port {target.Port}\n");
        string text = await File.ReadAllTextAsync(config);
        await File.WriteAllTextAsync(config, text.Replace("%d/../x", config, StringComparison.Ordinal));
        ProcessResult result = (await RunAsync("-F", config, "inner", "echo in")).Succeeded();
        Assert.Equal("in\n", result.Text);
    }

    [Fact]
    public async Task ProxyCommand_ThatFails_SaysSo()
    {
        string config = Config("Host there\n  ProxyCommand false\n");
        ProcessResult result = await RunAsync("-F", config, "there", "true");
        Assert.Equal(255, result.ExitCode);
        Assert.NotEqual("", result.Errors);
    }

    [Fact]
    public async Task Via_GoesThroughAnSshHop()
    {
        SshTarget target = Target;
        string config = Config($"Host there\n  HostName 127.0.0.1\n  Port {target.Port}\n");
        ProcessResult result = (await RunAsync("-F", config, "--via", $"ssh://{target.User}@127.0.0.1:{target.Port}?identity={fixture.Identity.PrivatePath}", "there", "echo in")).Succeeded();
        Assert.Equal("in\n", result.Text);
    }

    [Fact]
    public async Task Via_ACarrier_TheHostIsOnlyItsName()
    {
        SshTarget target = Target;
        string known = fixture.Folder.Write("gateway_known", string.Concat(target.HostKeys.Select(k => $"gateway {k}\n")));
        ProcessResult result = (await RunAsync(
            "-F", Config(""), "-o", $"UserKnownHostsFile={known}", "--via", $"tcp://127.0.0.1:{target.Port}", $"{target.User}@gateway", "echo in")).Succeeded();
        Assert.Equal("in\n", result.Text);
    }

    [Fact]
    public async Task JumpThatFails_SaysWhere()
    {
        int port = Ports.Free();
        ProcessResult result = await RunAsync("-F", Config(""), "-J", $"127.0.0.1:{port}", "there", "true");
        Assert.Equal((255, $"ssh: connect to host 127.0.0.1 port {port}: Connection refused"), (result.ExitCode, result.Errors));
    }

    private SshTarget Target
    {
        get
        {
            PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
            return fixture.Server.Target;
        }
    }

    private string Config(string text)
    {
        string known = fixture.Folder.Write("config_known_hosts", Target.KnownHosts);
        return fixture.Folder.Write(
            $"config{Guid.NewGuid():N}", $"{text}Host *\n  UserKnownHostsFile {known}\n  StrictHostKeyChecking yes\n  BatchMode yes\n  IdentityFile {fixture.Identity.PrivatePath}\n");
    }

    private Task<ProcessResult> RunAsync(params string[] arguments) => ProcessRunner.RunAsync(ClientFixture.InHome(fixture.Folder, arguments));
}
