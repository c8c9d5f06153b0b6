using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>Servers that say nothing: the client ends in time.</summary>
public sealed class TimeoutTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    [Fact]
    public async Task ConnectTimeout_EndsAtAServerThatSaysNothing()
    {
        PeerRequired.Installed("setpriv");
        await using StreamServer silent = StreamServer.Silent();
        long start = Environment.TickCount64;
        ProcessResult result = await ProcessRunner.RunAsync(ClientFixture.InHome(fixture.Folder, "-F", "none", "-o", "ConnectTimeout=1", "-p", $"{silent.Port}", "127.0.0.1", "true"));
        Assert.Equal((255, ""), (result.ExitCode, result.Text));
        Assert.NotEqual("", result.Errors);
        Assert.InRange(Environment.TickCount64 - start, 900, 15_000);
    }

    [Fact]
    public async Task ServerAlive_EndsAStoppedServer()
    {
        using OpenSshClient client = fixture.Client();
        await using PeerProcess ssh = await PeerProcess.StartAsync(client.Command(["-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=2"], "echo $PPID; exec sleep 60"));
        string session = await ssh.WaitForOutputLineAsync(l => l.Length > 0, "the pid of its sshd");
        try
        {
            (await ProcessRunner.RunAsync("kill", "-STOP", session)).Succeeded();
            Assert.Equal(255, await ssh.WaitForExitAsync());
            Assert.Contains("not responding", ssh.Errors.Text, StringComparison.Ordinal);
        }
        finally
        {
            await ProcessRunner.RunAsync("kill", "-KILL", session);
        }
    }
}
