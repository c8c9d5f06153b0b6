using System.Net;
using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>"adit ssh -L -R -D -W -J" to OpenSSH's sshd, every octet checked.</summary>
public sealed class ForwardTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private const long Length = 64 << 20;
    private const int Seed = 5;

    private static (string, long) Whole => (SeededOctets.Digest(Seed, Length), Length);

    [Fact]
    public async Task LocalForward_CarriesBothDirectionsExactly_WithHalfClose()
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer source = StreamServer.Source(Length, Seed);
        await using StreamServer sink = StreamServer.Sink();
        await using StreamServer echo = StreamServer.Echo();
        (int down, int up, int both) = (Ports.Free(), Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "-L", $"{down}:127.0.0.1:{source.Port}", "-L", $"127.0.0.1:{up}:localhost:{sink.Port}", $"-L{both}:127.0.0.1:{echo.Port}");

        Assert.Equal(Whole, await StreamProbe.DownloadAsync(ClientFixture.Loopback(down)));
        Assert.Equal(StreamProbe.ExpectedAnswer(Length, Seed), await StreamProbe.UploadAsync(ClientFixture.Loopback(up), Length, Seed));
        Assert.Equal(Whole, await StreamProbe.EchoAsync(ClientFixture.Loopback(both), Length, Seed));
    }

    [Fact]
    public async Task RemoteForward_CarriesBothDirectionsExactly_WithHalfClose()
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer source = StreamServer.Source(Length, Seed);
        await using StreamServer sink = StreamServer.Sink();
        (int down, int up) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync($"-R127.0.0.1:{down}:127.0.0.1:{source.Port}", $"-R{up}:localhost:{sink.Port}");

        Assert.Equal(Whole, await StreamProbe.DownloadAsync(ClientFixture.Loopback(down)));
        Assert.Equal(StreamProbe.ExpectedAnswer(Length, Seed), await StreamProbe.UploadAsync(ClientFixture.Loopback(up), Length, Seed));
    }

    [Theory]
    [InlineData("socks4", "127.0.0.1")]
    [InlineData("socks4a", "localhost")]
    [InlineData("socks5", "127.0.0.1")]
    [InlineData("socks5h", "localhost")]
    public async Task DynamicForward_ServesCurl(string scheme, string host)
    {
        PeerRequired.Installed("curl");
        using OpenSshClient client = fixture.Client();
        await using StreamServer http = StreamServer.Http(Length, Seed);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-D", $"{port}");

        Assert.Equal(Whole, await Curl.GetAsync($"http://{host}:{http.Port}/", $"{scheme}://127.0.0.1:{port}"));
    }

    [Fact]
    public async Task DynamicForward_TellsCurlThatTheTargetRefuses()
    {
        PeerRequired.Installed("curl");
        using OpenSshClient client = fixture.Client();
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-D", $"{port}");

        ProcessResult result = await ProcessRunner.RunAsync("curl", "-q", "-sS", "--proxy", $"socks5h://127.0.0.1:{port}", $"http://localhost:{Ports.Free()}/");
        Assert.Equal(97, result.ExitCode); // CURLE_PROXY
        Assert.Contains("(5)", result.Errors, StringComparison.Ordinal); // X'05' Connection refused, RFC 1928 §6
    }

    [Fact]
    public async Task RemoteDynamicForward_ServesCurl_AndChoosesItsPort()
    {
        PeerRequired.Installed("curl");
        using OpenSshClient client = fixture.Client();
        await using StreamServer http = StreamServer.Http(Length, Seed);
        await using PeerProcess ssh = await client.StartForwardingAsync("-R0");
        string line = await ssh.WaitForErrorLineAsync(l => l.StartsWith("Allocated port ", StringComparison.Ordinal), "the port");

        Assert.Equal(Whole, await Curl.GetAsync($"http://127.0.0.1:{http.Port}/", $"socks5h://127.0.0.1:{line.Split(' ')[2]}"));
    }

    [Fact]
    public async Task RemotePortZero_IsToldAndWorks()
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer echo = StreamServer.Echo();
        await using PeerProcess ssh = await client.StartForwardingAsync($"-R0:127.0.0.1:{echo.Port}");
        string line = await ssh.WaitForErrorLineAsync(l => l.StartsWith("Allocated port ", StringComparison.Ordinal), "the port");

        Assert.EndsWith($" for remote forward to 127.0.0.1:{echo.Port}", line, StringComparison.Ordinal);
        Assert.Equal((SeededOctets.Digest(Seed, 1 << 20), 1 << 20), await StreamProbe.EchoAsync(ClientFixture.Loopback(int.Parse(line.Split(' ')[2])), 1 << 20, Seed));
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("::1", "::1")]
    [InlineData("::1", "127.0.0.1")]
    public async Task IPv6_IsCarriedBothWays(string listen, string target)
    {
        await using OpenSshServer server = await fixture.StartServerAsync("::1");
        using OpenSshClient client = fixture.Client(server.Target);
        await using StreamServer echo = StreamServer.Echo(new IPEndPoint(IPAddress.Parse(target), 0));
        (int here, int there) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"[{listen}]:{here}:[{target}]:{echo.Port}", $"-R[{listen}]:{there}:[{target}]:{echo.Port}");

        foreach (int port in new[] { here, there })
        {
            Assert.Equal((SeededOctets.Digest(Seed, 1 << 20), 1 << 20), await StreamProbe.EchoAsync(new IPEndPoint(IPAddress.Parse(listen), port), 1 << 20, Seed));
        }
    }

    [Theory]
    [InlineData("-L", true, true)]
    [InlineData("-L", true, false)]
    [InlineData("-L", false, true)]
    [InlineData("-R", true, true)]
    [InlineData("-R", true, false)]
    [InlineData("-R", false, true)]
    public async Task UnixSockets_AreForwardedInEveryCombination(string option, bool listensOnUnix, bool dialsUnix)
    {
        using OpenSshClient client = fixture.Client();
        using PeerFolder folder = new("unix");
        await using StreamServer sink = StreamServer.Sink(dialsUnix ? new UnixDomainSocketEndPoint(folder["sink"]) : null);
        int port = Ports.Free();
        string listen = listensOnUnix ? folder["listen"] : $"127.0.0.1:{port}";
        string target = dialsUnix ? folder["sink"] : $"127.0.0.1:{sink.Port}";
        await using PeerProcess ssh = await client.StartForwardingAsync($"{option}{listen}:{target}");
        EndPoint place = listensOnUnix ? new UnixDomainSocketEndPoint(folder["listen"]) : ClientFixture.Loopback(port);

        Assert.Equal(StreamProbe.ExpectedAnswer(Length, Seed), await StreamProbe.UploadAsync(place, Length, Seed));
        if (listensOnUnix && option == "-L")
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder["listen"]) & (UnixFileMode)0b111_111_111);
            await ssh.SignalAsync("TERM");
            await ssh.WaitForExitAsync();
            Assert.False(File.Exists(folder["listen"]));
        }
    }

    [Fact]
    public async Task Stdio_IsForwardedExactly_WithHalfClose()
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer sink = StreamServer.Sink();
        await using StreamServer source = StreamServer.Source(Length, Seed);
        byte[] octets = new byte[Length];
        new SeededOctets(Seed).Fill(octets);

        ProcessResult up = (await ProcessRunner.RunAsync(client.Command(["-W", $"127.0.0.1:{sink.Port}"]), octets)).Succeeded();
        Assert.Equal(StreamProbe.ExpectedAnswer(Length, Seed) + "\n", up.Text);
        ProcessResult down = (await ProcessRunner.RunAsync(client.Command(["-W", $"127.0.0.1:{source.Port}"]))).Succeeded();
        Assert.True(octets.AsSpan().SequenceEqual(down.Output));
    }

    [Fact]
    public async Task Stdio_ThatIsRefused_SaysSoAndFails()
    {
        using OpenSshClient client = fixture.Client();
        ProcessResult result = await ProcessRunner.RunAsync(client.Command(["-W", $"127.0.0.1:{Ports.Free()}"]));
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("channel 0: open failed: connect failed: Connection refused", result.Errors, StringComparison.Ordinal);
        Assert.Contains("stdio forwarding failed", result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jump_GoesThroughTwoHosts()
    {
        await using OpenSshServer first = await fixture.StartServerAsync();
        await using OpenSshServer second = await fixture.StartServerAsync();
        using PeerFolder home = new("jump");
        home.Write(".ssh/known_hosts", first.Target.KnownHosts + second.Target.KnownHosts + fixture.Server.Target.KnownHosts);
        home.Write(".ssh/config", $"IdentityFile {fixture.Identity.PrivatePath}\nBatchMode yes\nExitOnForwardFailure yes\nUserKnownHostsFile {home[".ssh/known_hosts"]}\n");
        await using StreamServer source = StreamServer.Source(Length, Seed);
        int port = Ports.Free();
        SshTarget target = fixture.Server.Target;
        await using PeerProcess ssh = await StartInHomeAsync(
            home, "-N", "-v", "-F", home[".ssh/config"], "-J", $"127.0.0.1:{first.Target.Port},127.0.0.1:{second.Target.Port}",
            "-L", $"{port}:127.0.0.1:{source.Port}", "-p", $"{target.Port}", target.Host);

        Assert.Equal(Whole, await StreamProbe.DownloadAsync(ClientFixture.Loopback(port)));
        Assert.Equal(1, first.Process.Errors.Text.Split("Accepted publickey").Length - 1);
        Assert.Equal(1, second.Process.Errors.Text.Split("Accepted publickey").Length - 1);
    }

    [Fact]
    public async Task DeadTarget_HarmsNobodyElse()
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer echo = StreamServer.Echo();
        (int live, int dead, int dark) = (Ports.Free(), Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync(
            $"-L{live}:127.0.0.1:{echo.Port}", $"-L{dead}:127.0.0.1:{Ports.Free()}", $"-L{dark}:192.0.2.1:9", $"-L{Ports.Free()}:localhost:1");
        await using NetworkStream waiting = await StreamProbe.ConnectAsync(ClientFixture.Loopback(dark)); // TEST-NET-1: nobody answers

        await using NetworkStream refused = await StreamProbe.ConnectAsync(ClientFixture.Loopback(dead));
        await Assert.ThrowsAnyAsync<IOException>(async () => await refused.ReadExactlyAsync(new byte[1]));
        await ssh.WaitForErrorLineAsync(l => l.Contains("open failed: connect failed: Connection refused", StringComparison.Ordinal), "why");
        Assert.Equal((SeededOctets.Digest(Seed, 1 << 20), 1 << 20), await StreamProbe.EchoAsync(ClientFixture.Loopback(live), 1 << 20, Seed));
    }

    [Fact]
    public async Task FiveHundredChannels_OneOfThemNeverRead()
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer source = StreamServer.Source(Length, Seed);
        await using StreamServer echo = StreamServer.Echo();
        (int flood, int port) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync($"-L{flood}:127.0.0.1:{source.Port}", $"-L{port}:127.0.0.1:{echo.Port}");
        await using NetworkStream unread = await StreamProbe.ConnectAsync(ClientFixture.Loopback(flood));

        var streams = new List<NetworkStream>();
        for (int i = 0; i < 500; i++) streams.Add(await StreamProbe.ConnectAsync(ClientFixture.Loopback(port)));
        await Task.WhenAll(streams.Select(async (stream, i) =>
        {
            const int Part = 64 * 1024;
            Task sending = StreamProbe.SendAsync(stream, Part, i + 1);
            byte[] back = new byte[Part];
            await stream.ReadExactlyAsync(back).AsTask().WaitAsync(TimeSpan.FromSeconds(60));
            await sending;
            byte[] expected = new byte[Part];
            new SeededOctets(i + 1).Fill(expected);
            Assert.True(expected.AsSpan().SequenceEqual(back));
        }));
        Assert.Equal(500, echo.Open);
        foreach (NetworkStream stream in streams) await stream.DisposeAsync();
    }

    [Theory]
    [InlineData("aes128-gcm@openssh.com")]
    [InlineData("chacha20-poly1305@openssh.com")]
    [InlineData("aes256-ctr")]
    public async Task Rekeying_UnderLoadBothWays_LosesNothing(string cipher)
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer echo = StreamServer.Echo();
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-o", "RekeyLimit=16K", "-c", cipher, "-L", $"{port}:127.0.0.1:{echo.Port}");

        // Two at once, each both ways.
        const long Part = 4 << 20;
        (string, long)[] back = await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => StreamProbe.EchoAsync(ClientFixture.Loopback(port), Part, Seed)));
        Assert.All(back, b => Assert.Equal((SeededOctets.Digest(Seed, Part), Part), b));
        Assert.InRange(ssh.Errors.Text.Split("SSH2_MSG_NEWKEYS sent").Length, 20, int.MaxValue);
    }

    [Fact]
    public async Task Rekeying_ThatTheServerStarts_LosesNothing()
    {
        await using OpenSshServer server = await fixture.StartServerAsync(config: "RekeyLimit 16K");
        using OpenSshClient client = fixture.Client(server.Target);
        await using StreamServer echo = StreamServer.Echo();
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"{port}:127.0.0.1:{echo.Port}");

        Assert.Equal((SeededOctets.Digest(Seed, 4 << 20), 4 << 20), await StreamProbe.EchoAsync(ClientFixture.Loopback(port), 4 << 20, Seed));
        Assert.InRange(ssh.Errors.Text.Split("SSH2_MSG_NEWKEYS sent").Length, 20, int.MaxValue);
    }

    [Fact]
    public async Task Compression_CarriesBothDirectionsExactly()
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer echo = StreamServer.Echo();
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-C", "-o", "RekeyLimit=1M", "-L", $"{port}:127.0.0.1:{echo.Port}");

        Assert.Contains("compression: zlib@openssh.com", ssh.Errors.Text, StringComparison.Ordinal);
        Assert.Equal((SeededOctets.Digest(Seed, 16 << 20), 16 << 20), await StreamProbe.EchoAsync(ClientFixture.Loopback(port), 16 << 20, Seed));
    }

    [Fact]
    public async Task PortInUse_IsTold_AndEndsItOnlyWhereAsked()
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer taken = StreamServer.Silent();
        ProcessResult result = await ProcessRunner.RunAsync(client.Command(["-N", "-L", $"127.0.0.1:{taken.Port}:localhost:1"]));
        Assert.Equal(255, result.ExitCode);
        Assert.Equal(
            $"bind [127.0.0.1]:{taken.Port}: Address already in use\nchannel_setup_fwd_listener_tcpip: cannot listen to port: {taken.Port}\nCould not request local forwarding.",
            result.Errors);

        ProcessResult goesOn = await ProcessRunner.RunAsync(client.Command(["-o", "ExitOnForwardFailure=no", "-L", $"127.0.0.1:{taken.Port}:localhost:1"], "exit 3"));
        Assert.Equal(3, goesOn.ExitCode);
    }

    [Fact]
    public async Task RemotePortInUse_IsTold()
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer taken = StreamServer.Silent();
        ProcessResult result = await ProcessRunner.RunAsync(client.Command(["-N", "-R", $"127.0.0.1:{taken.Port}:localhost:1"]));
        Assert.Equal((255, $"Error: remote port forwarding failed for listen port {taken.Port}"), (result.ExitCode, result.Errors));
        result = await ProcessRunner.RunAsync(client.Command(["-o", "ExitOnForwardFailure=no", "-R", $"127.0.0.1:{taken.Port}:localhost:1"], "exit 3"));
        Assert.Equal((3, $"Warning: remote port forwarding failed for listen port {taken.Port}"), (result.ExitCode, result.Errors));
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Signal_EndsItCleanly_AndReleasesPorts(string signal)
    {
        using OpenSshClient client = fixture.Client();
        await using StreamServer echo = StreamServer.Echo();
        (int here, int there) = (Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync($"-L{here}:127.0.0.1:{echo.Port}", $"-R127.0.0.1:{there}:127.0.0.1:{echo.Port}");
        await ssh.SignalAsync(signal);

        Assert.Equal(255, await ssh.WaitForExitAsync());
        await Assert.ThrowsAsync<SocketException>(async () => await StreamProbe.ConnectAsync(ClientFixture.Loopback(here)));
        await fixture.Server.Process.WaitForErrorLineAsync(l => l.Contains("disconnected by user", StringComparison.Ordinal), "a goodbye");
    }

    private static async Task<PeerProcess> StartInHomeAsync(PeerFolder home, params string[] arguments)
    {
        PeerProcess process = await PeerProcess.StartAsync(ClientFixture.InHome(home, arguments));
        await process.WaitForErrorLineAsync(l => l.Contains("Entering interactive session.", StringComparison.Ordinal), "word that its forwards stand");
        return process;
    }
}
