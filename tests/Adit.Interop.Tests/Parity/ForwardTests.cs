using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Parity;

/// <summary>proxy-connect, proxyjump, forwarding, dynamic-forward, forward-control, connection- and channel-timeout.</summary>
public sealed class ForwardTests : ParityTest
{
    [Theory]
    [MemberData(nameof(Roles))]
    public async Task ProxyConnect_LeadsThere_AndTellsOfNoAddress(string role)
    {
        PeerRequired.Installed("nc");
        await using Pair pair = await StartAsync(role);
        string port = $"{pair.Server.Target.Port}";
        foreach (string[] more in (string[][])[[], ["-C"], ["-o", "RekeyLimit=64K"]])
        {
            byte[] octets = Octets(300_000);
            ProcessResult result = (await pair.RunAsync(octets, [.. more, "-o", "ProxyCommand=nc %h %p"], "cat")).Succeeded();
            Assert.True(octets.AsSpan().SequenceEqual(result.Output));
        }

        Assert.StartsWith("127.0.0.1 ", (await pair.RunAsync(["-o", "ProxyCommand=nc %h %p"], "echo $SSH_CONNECTION")).Succeeded().Text, StringComparison.Ordinal);
        string[] inetd = role == "server" ? [AditProgram.ExecutablePath, "sshd"] : [InstalledPeers.Find("sshd")];
        Assert.Equal("UNKNOWN 65535 UNKNOWN 65535\n", (await pair.RunAsync(["-o", $"ProxyCommand={string.Join(' ', inetd)} -i -f {pair.Server.ConfigFile} 2>/dev/null"], "echo $SSH_CONNECTION")).Succeeded().Text);
        ProcessResult failed = await pair.RunAsync(["-o", "ProxyCommand=false"], "echo in");
        Assert.Equal((255, ""), (failed.ExitCode, failed.Text));
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task ProxyJump_GoesThroughTwoServers(string role)
    {
        OpenSshServerOptions options = new() { AuthorizedKeys = [Identity.PublicLine] };
        await using OpenSshServer first = await StartServerAsync(role, options), second = await StartServerAsync(role, options);
        await using Pair pair = await StartAsync(role);
        string known = Folder.Write("known", first.Target.KnownHosts + second.Target.KnownHosts + pair.Server.Target.KnownHosts);
        string config = Folder.Write("config", $"Host *\nUserKnownHostsFile {known}\nGlobalKnownHostsFile /dev/null\nStrictHostKeyChecking yes\nUpdateHostKeys no\nBatchMode yes\nIdentityFile {Identity.PrivatePath}\nIdentitiesOnly yes\nUser {first.Target.User}\n");
        // ssh(1) starts itself for each host, with this configuration; the last hop goes through all.
        string Jump(OpenSshServer server) => $"{server.Target.User}@127.0.0.1:{server.Target.Port}";
        PeerStart start = pair.Client.Command([]);
        byte[] octets = Octets(300_000);
        ProcessResult result = (await ProcessRunner.RunAsync(
            start with { Arguments = [.. pair.Client.Verb, "-F", config, "-p", $"{pair.Server.Target.Port}", "-J", $"{Jump(first)},{Jump(second)}", "127.0.0.1", "cat"] }, octets)).Succeeded();
        Assert.True(octets.AsSpan().SequenceEqual(result.Output));
        foreach (OpenSshServer server in (OpenSshServer[])[first, second, pair.Server])
        {
            await server.Process.WaitForErrorLineAsync(l => l.Contains("Accepted publickey", StringComparison.Ordinal), "its login");
        }

        // A host on the way that does not let through is told, and nothing comes.
        await using OpenSshServer closed = await StartServerAsync(role, options with { Config = ["AllowTcpForwarding no"] });
        await File.AppendAllTextAsync(known, closed.Target.KnownHosts);
        ProcessResult refused = await ProcessRunner.RunAsync(start with { Arguments = [.. pair.Client.Verb, "-F", config, "-p", $"{pair.Server.Target.Port}", "-J", Jump(closed), "127.0.0.1", "echo in"] });
        Assert.Equal((255, ""), (refused.ExitCode, refused.Text));
        Assert.Contains("administratively prohibited", refused.Errors, StringComparison.Ordinal);
    }

    /// <summary>A forward through a forward through a forward, in both directions, by TCP and unix sockets.</summary>
    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Forwarding_ThroughAChainOfForwards_IsExact(string role)
    {
        await using Pair pair = await StartAsync(role);
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer sink = StreamServer.Sink();
        int[] ports = [Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free()];
        await using PeerProcess chain = await pair.Client.StartForwardingAsync(
            "-C", $"-L{ports[0]}:127.0.0.1:{echo.Port}", $"-R127.0.0.1:{ports[1]}:127.0.0.1:{ports[0]}", $"-L{Folder["a"]}:127.0.0.1:{ports[1]}", $"-R{Folder["b"]}:{Folder["a"]}", $"-L{ports[2]}:{Folder["b"]}", $"-R127.0.0.1:{ports[3]}:127.0.0.1:{sink.Port}");
        await AssertEchoAsync(Loopback(ports[2]));
        await AssertEchoAsync(new UnixDomainSocketEndPoint(Folder["b"]), 100_000);
        await AssertUploadAsync(Loopback(ports[3]), Mebi); // an answer after half-close
        Assert.Equal("hi", (await pair.RunAsync("hi"u8.ToArray(), ["-W", $"127.0.0.1:{echo.Port}"])).Succeeded().Text);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task Forwarding_OfThePortsInAConfiguration_CanBeCleared_AndFailuresEndIt(string role)
    {
        await using Pair pair = await StartAsync(role);
        await using StreamServer taken = StreamServer.Echo();
        int local = Ports.Free(), remote = Ports.Free();
        string config = Folder.Write("config", $"{await File.ReadAllTextAsync(pair.Client.ConfigFile)}\nHost *\nLocalForward {local} 127.0.0.1:{taken.Port}\nRemoteForward 127.0.0.1:{remote} 127.0.0.1:{taken.Port}\n");
        string script = $"for p in {local} {remote}; do (exec 3<>/dev/tcp/127.0.0.1/$p) 2>/dev/null && echo $p; done; true";
        Assert.Equal($"{local}\n{remote}\n", (await pair.RunAsync(["-F", config], $"bash -c '{script}'")).Succeeded().Text);
        Assert.Equal("", (await pair.RunAsync(["-F", config, "-o", "ClearAllForwardings=yes"], $"bash -c '{script}'")).Succeeded().Text);
        foreach (string forward in (string[])[$"-L127.0.0.1:{taken.Port}:127.0.0.1:9", $"-R127.0.0.1:{taken.Port}:127.0.0.1:9", $"-D127.0.0.1:{taken.Port}"])
        {
            Assert.Equal(255, (await pair.RunAsync(["-o", "ExitOnForwardFailure=yes", forward], "true")).ExitCode);
            Assert.Equal(0, (await pair.RunAsync(["-o", "ExitOnForwardFailure=no", forward], "true")).ExitCode);
        }
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task DynamicForward_ServesBothVersions_FromBothSides_AndIsPermittedByTarget(string role)
    {
        PeerRequired.Installed("curl");
        await using StreamServer web = StreamServer.Http(200_000, Seed), other = StreamServer.Http(200_000, Seed);
        await using Pair open = await StartAsync(role), limited = await StartAsync(role, $"PermitOpen 127.0.0.1:{web.Port} localhost:{web.Port}");
        int local = Ports.Free(), remote = Ports.Free(), narrow = Ports.Free(), far = Ports.Free();
        await using PeerProcess all = await open.Client.StartForwardingAsync($"-D{local}", $"-R127.0.0.1:{remote}");
        await using PeerProcess some = await limited.Client.StartForwardingAsync($"-D{narrow}", $"-R127.0.0.1:{far}", "-o", $"PermitRemoteOpen=127.0.0.1:{web.Port}");
        foreach ((string scheme, string host) in ((string, string)[])[("socks4", "127.0.0.1"), ("socks4a", "localhost"), ("socks5", "127.0.0.1"), ("socks5h", "localhost")])
        {
            foreach (int port in (int[])[local, remote, narrow])
            {
                Assert.Equal((SeededOctets.Digest(Seed, 200_000), 200_000L), await Curl.GetAsync($"http://{host}:{web.Port}/", $"{scheme}://127.0.0.1:{port}"));
            }
        }

        Assert.Equal((SeededOctets.Digest(Seed, 200_000), 200_000L), await Curl.GetAsync($"http://127.0.0.1:{web.Port}/", $"socks5h://127.0.0.1:{far}"));
        foreach (int port in (int[])[narrow, far])
        {
            ProcessResult refused = await ProcessRunner.RunAsync("curl", "-q", "-sS", "--proxy", $"socks5h://127.0.0.1:{port}", $"http://127.0.0.1:{other.Port}/");
            Assert.True(refused.ExitCode != 0 && refused.Text.Length == 0, refused.Text);
        }

        Assert.Equal(0, other.Accepted);
    }

    [Theory]
    [InlineData("AllowTcpForwarding yes", "", true, true)]
    [InlineData("AllowTcpForwarding no", "", false, false)]
    [InlineData("AllowTcpForwarding local", "", true, false)]
    [InlineData("AllowTcpForwarding remote", "", false, true)]
    [InlineData("DisableForwarding yes", "", false, false)]
    [InlineData("AllowTcpForwarding yes", "restrict", false, false)]
    [InlineData("AllowTcpForwarding yes", "permitopen=\"127.0.0.1:1\"", false, true)]
    [InlineData("AllowTcpForwarding yes", "permitlisten=\"1\"", true, false)]
    [InlineData("PermitListen none", "", true, false)]
    public async Task ForwardControl_OfTheServer_IsToldByTheClient(string config, string options, bool opens, bool listens)
    {
        // The server's role: SshdForwardTests.ConfigurationAndKey_DecideTogether.
        await using StreamServer echo = StreamServer.Echo();
        await using Pair pair = await StartAsync("client", new OpenSshServerOptions { Config = [config], AuthorizedKeys = [$"{options} {Identity.PublicLine}".TrimStart()] });
        int port = Ports.Free();
        ProcessResult opened = await pair.RunAsync("hi"u8.ToArray(), ["-W", $"127.0.0.1:{echo.Port}"]);
        Assert.Equal(opens ? (0, "hi") : (255, ""), (opened.ExitCode, opened.Text));
        if (!opens) Assert.Contains("administratively prohibited", opened.Errors, StringComparison.Ordinal);
        ProcessResult bound = await pair.RunAsync([$"-R127.0.0.1:{port}:127.0.0.1:{echo.Port}"], "true");
        Assert.Equal(listens ? 0 : 255, bound.ExitCode);
        if (!listens) Assert.Contains($"remote port forwarding failed for listen port {port}", bound.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task ConnectionTimeout_EndsWhatIsUnused_AndNothingElse(string role)
    {
        await using Pair pair = await StartAsync(role, "UnusedConnectionTimeout 2");
        ProcessResult unused = await pair.RunAsync(["-N"]);
        Assert.Equal(255, unused.ExitCode);
        await pair.Server.Process.WaitForErrorLineAsync(l => l.Contains("terminating inactive connection", StringComparison.Ordinal), "word of it");
        Assert.Equal("used\n", (await pair.RunAsync([], "sleep 3; echo used")).Succeeded().Text);
    }

    [Theory]
    [MemberData(nameof(Roles))]
    public async Task ChannelTimeout_ClosesWhatIsIdle_ByItsKind(string role)
    {
        await using Pair pair = await StartAsync(role, "ChannelTimeout session:command=3 direct-tcpip=3");
        ProcessResult idle = await pair.RunAsync([], "echo begun; sleep 60");
        Assert.Equal((255, "begun\n"), (idle.ExitCode, idle.Text));
        Assert.Equal("12345678", (await pair.RunAsync([], "for i in 1 2 3 4 5 6 7 8; do printf $i; sleep 0.5; done")).Succeeded().Text);
        await using StreamServer echo = StreamServer.Echo();
        int port = Ports.Free();
        await using PeerProcess forwarding = await pair.Client.StartForwardingAsync($"-L{port}:127.0.0.1:{echo.Port}");
        await using NetworkStream quiet = await StreamProbe.ConnectAsync(Loopback(port));
        await quiet.WriteAsync(new byte[] { 7 });
        await quiet.ReadExactlyAsync(new byte[1]).AsTask().WaitAsync(PeerProcess.Patience);
        try
        {
            Assert.Equal(0, await quiet.ReadAsync(new byte[1]).AsTask().WaitAsync(PeerProcess.Patience));
        }
        catch (IOException)
        {
            // A reset says it too.
        }

        await AssertEchoAsync(Loopback(port)); // the connection itself goes on
    }
}
