using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Client;

/// <summary>What a client's configuration lets through, its expansions beside ssh's, and keys renewed at every packet.</summary>
public sealed class ForwardControlTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private const int Seed = 11;
    private const long Length = 1 << 20;

    [Fact]
    public async Task PermitRemoteOpen_LetsOneTargetThrough()
    {
        PeerRequired.Installed("curl");
        using OpenSshClient client = fixture.Client();
        await using StreamServer permitted = StreamServer.Http(Length, Seed);
        await using StreamServer other = StreamServer.Http(Length, Seed);
        await using PeerProcess ssh = await client.StartForwardingAsync("-R0", "-o", $"PermitRemoteOpen=127.0.0.1:{permitted.Port}");
        string line = await ssh.WaitForErrorLineAsync(l => l.StartsWith("Allocated port ", StringComparison.Ordinal), "the port");
        string proxy = $"socks5h://127.0.0.1:{line.Split(' ')[2]}";

        Assert.Equal((SeededOctets.Digest(Seed, Length), Length), await Curl.GetAsync($"http://127.0.0.1:{permitted.Port}/", proxy));
        ProcessResult refused = await ProcessRunner.RunAsync("curl", "-q", "-sS", "--proxy", proxy, $"http://127.0.0.1:{other.Port}/");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Equal("", refused.Text);
    }

    [Fact]
    public async Task ClearAllForwardings_LeavesNone()
    {
        using OpenSshClient client = fixture.Client();
        int port = Ports.Free();
        ProcessResult result = (await client.RunAsync(["-L", $"{port}:127.0.0.1:1", "-o", "ClearAllForwardings=yes"], $"nc -z 127.0.0.1 {port} && echo listens; echo done")).Succeeded();
        Assert.Equal("done\n", result.Text);
    }

    [Theory]
    [InlineData(false, "00000000", false)]
    [InlineData(true, "00000000", true)]
    public async Task GatewayPorts_DecideWhereItListens(bool gateway, string any, bool listensOnAny)
    {
        using OpenSshClient client = fixture.Client();
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync([.. gateway ? ["-g"] : Array.Empty<string>(), "-L", $"{port}:127.0.0.1:1"]);
        string[] listening = [.. File.ReadLines("/proc/net/tcp").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]).Where(a => a.EndsWith($":{port:X4}", StringComparison.Ordinal))];
        Assert.NotEmpty(listening);
        Assert.Equal(listensOnAny, listening.Contains($"{any}:{port:X4}"));
    }

    [Theory]
    [InlineData("16", 200_000)]
    [InlineData("256K", 8_000_000)]
    public async Task Rekeying_ByThePacket_LosesNothing(string limit, int length)
    {
        using OpenSshClient client = fixture.Client();
        byte[] octets = new byte[length];
        new SeededOctets(Seed).Fill(octets);
        ProcessResult result = (await ProcessRunner.RunAsync(client.Command(["-v", "-o", $"RekeyLimit={limit}"], "cat"), octets)).Succeeded();
        Assert.True(octets.AsSpan().SequenceEqual(result.Output));
        // One for each 32 KiB packet at least, or one for each quarter of a mebibyte, in each direction.
        int exchanges = result.Errors.Split('\n').Count(l => l.Contains("SSH2_MSG_NEWKEYS sent", StringComparison.Ordinal));
        Assert.InRange(exchanges, limit == "16" ? 8 : 16, 10_000);
    }

    [Fact]
    public async Task Tokens_AreExpandedAsSshDoes()
    {
        using OpenSshClient ours = fixture.Client();
        using var theirs = new OpenSshClient(fixture.Server.Target, fixture.Identity) { Environment = ours.Environment };
        // What both see alike: the connection, its hash, host, port, names and folders.
        string[] options = ["-o", "PermitLocalCommand=yes", "-o", "LocalCommand=echo '%C|%h|%k|%n|%p|%r|%u|%d|%L|%l|%i|%%' >&2", "-o", "RemoteCommand=echo '%C|%h|%k|%n|%p|%r|%u|%d|%L|%l|%i|%%'"];
        ProcessResult a = (await ours.RunAsync(options)).Succeeded();
        ProcessResult b = (await theirs.RunAsync(options)).Succeeded();
        Assert.Equal(b.Text, a.Text);
        Assert.Equal(b.Errors, a.Errors);
        Assert.DoesNotContain("%C", a.Text, StringComparison.Ordinal);
    }
}
