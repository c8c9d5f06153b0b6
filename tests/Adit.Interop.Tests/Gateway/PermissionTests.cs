using System.Globalization;
using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>The options of authorized_keys and of the configuration, enforced at each channel; the log names the rule.</summary>
public sealed class PermissionTests : GatewayTest
{
    [Theory]
    [InlineData("restrict", "restrict")]
    [InlineData("no-port-forwarding", "no-port-forwarding")]
    [InlineData("permitopen=\"127.0.0.1:9\"", "permitopen=127.0.0.1:9")]
    [InlineData("permitopen=\"localhost:*\"", "permitopen=localhost:*")]
    public async Task Opening_IsRefusedByTheRule(string option, string rule)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([$"{option} {Identity.PublicLine}"]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);

        ProcessResult result = await client.RunAsync(["-W", $"127.0.0.1:{echo.Port}"]);
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("administratively prohibited", result.Errors, StringComparison.Ordinal);
        Assert.Contains(rule, result.Errors, StringComparison.Ordinal);
        await gateway.WaitForLogAsync($"open 127.0.0.1:{echo.Port}: refused", rule);
        Assert.Equal(0, echo.Accepted);
    }

    [Theory]
    [InlineData("restrict,port-forwarding")]
    [InlineData("permitopen=\"127.0.0.1:PORT\"")]
    [InlineData("restrict,port-forwarding,permitopen=\"127.0.0.1:PORT\"")]
    [InlineData("from=\"127.0.0.0/8\"")]
    public async Task Opening_IsPermitted(string option)
    {
        await using StreamServer echo = StreamServer.Echo();
        await using AditGateway gateway = await AditGateway.StartAsync([$"{option.Replace("PORT", echo.Port.ToString())} {Identity.PublicLine}"]);
        using OpenSshClient client = new(gateway.Target, Identity);

        ProcessResult result = (await ProcessRunner.RunAsync(client.Command(["-W", $"127.0.0.1:{echo.Port}"]), "hello"u8.ToArray())).Succeeded();
        Assert.Equal("hello", result.Text);
    }

    [Theory]
    [InlineData("permitlisten=\"127.0.0.1:9\"", "127.0.0.1", "permitlisten=127.0.0.1:9")]
    [InlineData("no-port-forwarding", "127.0.0.1", "no-port-forwarding")]
    [InlineData("restrict", "localhost", "restrict")]
    [InlineData("user-rc", "*", "reverse-bind: loopback")]
    [InlineData("user-rc", "0.0.0.0", "reverse-bind: loopback")]
    public async Task Listening_IsRefusedByTheRule(string option, string bind, string rule)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([$"{option} {Identity.PublicLine}"]);
        using OpenSshClient client = new(gateway.Target, Identity);
        int port = Ports.Free();

        ProcessResult result = await client.RunAsync(["-N", "-R", $"{bind}:{port}:127.0.0.1:9"]);
        Assert.Equal(255, result.ExitCode);
        Assert.Contains($"remote port forwarding failed for listen port {port}", result.Errors, StringComparison.Ordinal);
        await gateway.WaitForLogAsync("listen ", $":{port}: refused", rule);
        Assert.True(CanBind(port));
    }

    [Fact]
    public async Task Listening_BeyondLoopback_WhereConfigured()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["reverse-bind: any"]);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = new(gateway.Target, Identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync($"-R*:{port}:127.0.0.1:{echo.Port}");

        await AssertEchoAsync(Loopback(port));
        await AssertEchoAsync(new System.Net.IPEndPoint(System.Net.IPAddress.IPv6Loopback, port));
    }

    [Theory]
    [InlineData("from=\"192.0.2.0/24\"", "from")]
    [InlineData("expiry-time=\"20200101Z\"", "expiry-time")]
    public async Task Login_IsRefusedByTheRule(string option, string rule)
    {
        await using AditGateway gateway = await AditGateway.StartAsync([$"{option} {Identity.PublicLine}"]);
        using OpenSshClient client = new(gateway.Target, Identity);

        ProcessResult result = await client.RunAsync(["-N"]);
        Assert.Equal(255, result.ExitCode);
        Assert.Contains("Permission denied (publickey)", result.Errors, StringComparison.Ordinal);
        await gateway.WaitForLogAsync("key refused", $":1: {rule}");
    }

    [Fact]
    public async Task Expiry_EndsWhatASessionMayOpen()
    {
        await using StreamServer echo = StreamServer.Echo();
        DateTime end = DateTime.UtcNow.AddSeconds(8);
        await using AditGateway gateway = await AditGateway.StartAsync([$"expiry-time=\"{end.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture)}Z\" {Identity.PublicLine}"]);
        using OpenSshClient client = new(gateway.Target, Identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(Loopback(port));

        await EventuallyAsync(() => DateTime.UtcNow > end.AddSeconds(1), TimeSpan.FromSeconds(20), () => "the clock stands still");
        await using NetworkStream late = await StreamProbe.ConnectAsync(Loopback(port));
        Assert.Equal(0, await late.ReadAsync(new byte[1]));
        await gateway.WaitForLogAsync($"open 127.0.0.1:{echo.Port}: refused: expiry-time");
    }

    [Fact]
    public async Task MetadataAddress_IsRefusedUnlessNamed()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        using OpenSshClient client = new(gateway.Target, Identity);

        ProcessResult result = await client.RunAsync(["-W", "[::ffff:169.254.169.254]:80"]);
        Assert.Contains("deny @metadata", result.Errors, StringComparison.Ordinal);
        await gateway.WaitForLogAsync("refused: deny @metadata");
    }

    [Fact]
    public async Task Configuration_DeniesByResolvedAddress()
    {
        await using StreamServer echo = StreamServer.Echo();
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["deny: [\"127.0.0.0/8\", \"[::1]\"]"]);
        using OpenSshClient client = new(gateway.Target, Identity);

        ProcessResult result = await client.RunAsync(["-W", $"localhost:{echo.Port}"]);
        Assert.Contains("administratively prohibited", result.Errors, StringComparison.Ordinal);
        await gateway.WaitForLogAsync($"open localhost:{echo.Port}: refused: deny");
        Assert.Equal(0, echo.Accepted);
    }

    [Fact]
    public async Task UnixSockets_AreOffUntilConfigured()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        await using StreamServer echo = StreamServer.Echo(new UnixDomainSocketEndPoint(Folder["echo"]));
        using OpenSshClient client = new(gateway.Target, Identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{port}:{Folder["echo"]}");

        Assert.Equal(0, await StreamProbe.CountAnswerAsync(Loopback(port), 10, Seed));
        await gateway.WaitForLogAsync("streamlocal: off until configured");
        Assert.Equal(0, echo.Accepted);
    }

    [Fact]
    public async Task StateFolder_IsNeverReachable_NotEvenByALink()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["streamlocal: true"]);
        await using StreamServer secret = StreamServer.Echo(new UnixDomainSocketEndPoint(Path.Combine(gateway.State, "secret")));
        File.CreateSymbolicLink(Folder["link"], Path.Combine(gateway.State, "secret"));
        using OpenSshClient client = new(gateway.Target, Identity);
        int port = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("-L", $"127.0.0.1:{port}:{Folder["link"]}");

        await using NetworkStream refused = await StreamProbe.ConnectAsync(Loopback(port));
        Assert.Equal(0, await refused.ReadAsync(new byte[1]));
        await gateway.WaitForLogAsync("refused", "state folder is never reachable");
        Assert.Equal(0, secret.Accepted);
        ProcessResult listening = await client.RunAsync(["-N", "-R", $"{Path.Combine(gateway.State, "mine")}:127.0.0.1:9"]);
        Assert.Equal(255, listening.ExitCode);
    }

    [Fact]
    public async Task DeadDestination_IsSaidInWords()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        using OpenSshClient client = new(gateway.Target, Identity);

        ProcessResult refused = await client.RunAsync(["-W", $"127.0.0.1:{Ports.Free()}"]);
        Assert.Contains("open failed: connect failed", refused.Errors, StringComparison.Ordinal);
        Assert.Contains("Connection refused", refused.Errors, StringComparison.Ordinal);
        ProcessResult unknown = await client.RunAsync(["-W", "no-such-host.invalid:80"]);
        Assert.Contains("open failed: connect failed", unknown.Errors, StringComparison.Ordinal);
        Assert.Contains("no-such-host.invalid", unknown.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AuthorizedKeys_AreReadAgain_AndMustBePrivate()
    {
        SshKeyFile second = await SshKeyFile.GenerateAsync(Folder, "second", "rsa", 2048);
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine], ["penalties: false"]);
        using OpenSshClient client = new(gateway.Target, second);

        Assert.Equal(255, (await client.RunAsync([], "id")).ExitCode);
        await File.AppendAllTextAsync(gateway.AuthorizedKeysFile, second.PublicLine + "\n");
        Assert.Equal(1, (await client.RunAsync([], "id")).ExitCode);
        File.SetUnixFileMode(gateway.AuthorizedKeysFile, (UnixFileMode)0x1b6); // 0666
        Assert.Equal(255, (await client.RunAsync([], "id")).ExitCode);
        await gateway.WaitForLogAsync("permissions: expected no write access for group and others, got 0666");
    }
}
