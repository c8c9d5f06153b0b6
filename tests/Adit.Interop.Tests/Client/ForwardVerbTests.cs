using System.Net;
using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>"adit forward": plain forwards, through no hop, one or two.</summary>
public sealed class ForwardVerbTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private const long Length = 16 << 20;
    private const int Seed = 4;

    [Fact]
    public async Task NoHop_CarriesTcpAndUnixSockets()
    {
        PeerRequired.Installed("setpriv");
        using PeerFolder folder = new("forward");
        await using AditProgram program = new();
        await using StreamServer echo = StreamServer.Echo();
        string ready = await program.StartAsync("forward", $"127.0.0.1:0=127.0.0.1:{echo.Port}", $"unix:{folder["s"]}=localhost:{echo.Port}", "--ready-file", folder["ready"]);
        Assert.Matches(@"^ready 127\.0\.0\.1:\d+ unix:/", ready);
        Assert.Equal(ready + "\n", await File.ReadAllTextAsync(folder["ready"]));

        await AssertEchoAsync(IPEndPoint.Parse(ready.Split(' ')[1]));
        await AssertEchoAsync(new UnixDomainSocketEndPoint(folder["s"]));
        await program.Process.SignalAsync("TERM");
        Assert.Equal(0, await program.Process.WaitForExitAsync());
        Assert.False(File.Exists(folder["s"]));
        Assert.False(File.Exists(folder["ready"]));
    }

    [Fact]
    public async Task Range_ListensOnEachPort()
    {
        PeerRequired.Installed("setpriv");
        await using AditProgram program = new();
        await using StreamServer echo = StreamServer.Echo();
        int first = Ports.Free();
        string ready = await program.StartAsync("forward", $"127.0.0.1:{first}-{first + 1}=127.0.0.1:{echo.Port}");
        Assert.Equal($"ready 127.0.0.1:{first} 127.0.0.1:{first + 1}", ready);
        await AssertEchoAsync(ClientFixture.Loopback(first + 1));
    }

    [Fact]
    public async Task Hops_AreFolded_AndComeBackWhenTheyDie()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
        OpenSshServer near = await fixture.StartServerAsync();
        await using StreamServer echo = StreamServer.Echo();
        await using AditProgram program = new();
        string keys = string.Concat(near.Target.KnownHosts, fixture.Server.Target.KnownHosts);
        string ready = await StartAsync(program, keys, $"127.0.0.1:0=127.0.0.1:{echo.Port}", "--via", Hop(near.Target), "--via", Hop(fixture.Server.Target));
        IPEndPoint place = IPEndPoint.Parse(ready.Split(' ')[1]);
        await AssertEchoAsync(place);

        int port = near.Target.Port;
        IReadOnlyList<SshKeyFile> hostKeys = await CopyAsync(near.HostKeys);
        await near.DisposeAsync();
        Exception? refusal = await Record.ExceptionAsync(async () =>
        {
            await using NetworkStream refused = await StreamProbe.ConnectAsync(place);
            await refused.ReadExactlyAsync(new byte[1]);
        });
        // The end comes while connecting or after it.
        Assert.True(refusal is IOException or SocketException, $"expected the connection to end, got {refusal}");
        await using OpenSshServer again = await fixture.StartServerAsync(port: port, hostKeys: hostKeys);
        await AssertEchoAsync(place);
    }

    [Fact]
    public async Task NameThatDoesNotResolve_IsToldWithItsHop()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
        await using AditProgram program = new();
        string ready = await StartAsync(program, fixture.Server.Target.KnownHosts, "127.0.0.1:0=no-such-host.invalid:80", "--via", Hop(fixture.Server.Target));
        await using NetworkStream refused = await StreamProbe.ConnectAsync(IPEndPoint.Parse(ready.Split(' ')[1]));
        await Assert.ThrowsAnyAsync<IOException>(async () => await refused.ReadExactlyAsync(new byte[1]));
        string line = await program.Process.WaitForErrorLineAsync(l => l.Contains("no-such-host.invalid", StringComparison.Ordinal), "why");
        Assert.Contains($"ssh://{fixture.Server.Target.User}@127.0.0.1:{fixture.Server.Target.Port}", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("8080", "expected LISTEN=TARGET")]
    [InlineData("8080/udp=db:53", "expected /udp on both sides or on none")]
    [InlineData("8000-8002=db:1-2", "expected as many target ports")]
    [InlineData("x=db:1", "listen: expected a port")]
    public async Task WrongRule_IsWrongUsage(string rule, string why)
    {
        PeerRequired.Installed("setpriv");
        await using AditProgram program = new();
        ProcessResult result = await program.RunAsync("forward", rule);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(why, result.Errors, StringComparison.Ordinal);
    }

    private static async Task AssertEchoAsync(EndPoint place) => Assert.Equal((SeededOctets.Digest(Seed, Length), Length), await StreamProbe.EchoAsync(place, Length, Seed));

    private string Hop(SshTarget target) => $"ssh://{target.User}@{target.Host}:{target.Port}?identity={fixture.Identity.PrivatePath}";

    private async Task<IReadOnlyList<SshKeyFile>> CopyAsync(IReadOnlyList<SshKeyFile> keys)
    {
        var copies = new List<SshKeyFile>();
        foreach (SshKeyFile key in keys)
        {
            copies.Add(new SshKeyFile(fixture.Folder.Write($"copy{Guid.NewGuid():N}", await File.ReadAllTextAsync(key.PrivatePath)), key.PublicLine));
        }

        return copies;
    }

    private async Task<string> StartAsync(AditProgram program, string knownHosts, params string[] arguments)
    {
        string known = program.Folder.Write("known_hosts", knownHosts);
        string config = program.Folder.Write("ssh_config", $"UserKnownHostsFile {known}\nStrictHostKeyChecking yes\nBatchMode yes\n");
        return await program.StartAsync(["forward", .. arguments, "--ssh-config", config]);
    }
}
