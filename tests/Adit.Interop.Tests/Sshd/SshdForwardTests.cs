using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sshd;

/// <summary>Forwarding as sshd_config permits it.</summary>
public sealed class SshdForwardTests : SshdTest
{
    [Theory]
    [InlineData("AllowTcpForwarding yes", "", true, true)]
    [InlineData("AllowTcpForwarding no", "", false, false)]
    [InlineData("AllowTcpForwarding local", "", true, false)]
    [InlineData("AllowTcpForwarding remote", "", false, true)]
    [InlineData("DisableForwarding yes", "", false, false)]
    [InlineData("PermitOpen 127.0.0.1:ECHO", "", true, true)]
    [InlineData("PermitOpen *:ECHO other:1", "", true, true)]
    [InlineData("PermitOpen 127.0.0.1:1", "", false, true)]
    [InlineData("PermitOpen none", "", false, true)]
    [InlineData("PermitListen 127.0.0.1:LISTEN", "", true, true)]
    [InlineData("PermitListen LISTEN", "", true, true)]
    [InlineData("PermitListen local*:*", "", true, false)]
    [InlineData("PermitListen none", "", true, false)]
    [InlineData("AllowTcpForwarding yes", "permitopen=\"127.0.0.1:1\"", false, true)]
    [InlineData("AllowTcpForwarding yes", "permitlisten=\"1\"", true, false)]
    [InlineData("AllowTcpForwarding yes", "restrict", false, false)]
    [InlineData("AllowTcpForwarding yes", "restrict,port-forwarding", true, true)]
    [InlineData("PermitOpen 127.0.0.1:1", "permitopen=\"127.0.0.1:ECHO\"", false, true)]
    public async Task ConfigurationAndKey_DecideTogether(string config, string options, bool opens, bool listens)
    {
        await using StreamServer echo = StreamServer.Echo();
        int port = Ports.Free();
        string Fill(string text) => text.Replace("ECHO", $"{echo.Port}", StringComparison.Ordinal).Replace("LISTEN", $"{port}", StringComparison.Ordinal);
        await using OpenSshServer server = await StartAsync(new OpenSshServerOptions { Config = [Fill(config)], AuthorizedKeys = [$"{Fill(options)} {Identity.PublicLine}".TrimStart()] });
        using OpenSshClient client = Client(server);

        ProcessResult opened = await ProcessRunner.RunAsync(client.Command(["-W", $"127.0.0.1:{echo.Port}"]), "hi"u8.ToArray());
        Assert.Equal(opens ? (0, "hi") : (255, ""), (opened.ExitCode, opened.Text));
        if (!opens) Assert.Contains("administratively prohibited", opened.Errors, StringComparison.Ordinal);
        if (listens)
        {
            await using PeerProcess forwarding = await client.StartForwardingAsync($"-R127.0.0.1:{port}:127.0.0.1:{echo.Port}");
            await AssertEchoAsync(Loopback(port));
        }
        else
        {
            ProcessResult refused = await client.RunAsync(["-N", "-R", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}"]);
            Assert.Equal(255, refused.ExitCode);
            Assert.Contains($"remote port forwarding failed for listen port {port}", refused.Errors, StringComparison.Ordinal);
            Assert.True(CanBind(port));
        }
    }

    [Fact]
    public async Task AllKindsOfForwarding_CarryData()
    {
        PeerRequired.Installed("curl");
        await using OpenSshServer server = await StartAsync();
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer unix = StreamServer.Echo(new UnixDomainSocketEndPoint(Folder["echo"]));
        await using StreamServer http = StreamServer.Http(Mebi, Seed);
        using OpenSshClient client = Client(server);
        (int local, int remote, int socks) = (Ports.Free(), Ports.Free(), Ports.Free());
        await using PeerProcess forwarding = await client.StartForwardingAsync(
            $"-L{local}:127.0.0.1:{echo.Port}", $"-L{Folder["l"]}:{Folder["echo"]}", $"-R{remote}:127.0.0.1:{echo.Port}", $"-R{Folder["r"]}:127.0.0.1:{echo.Port}", $"-D{socks}");
        await AssertEchoAsync(Loopback(local));
        await AssertEchoAsync(new UnixDomainSocketEndPoint(Folder["l"]));
        await AssertEchoAsync(Loopback(remote));
        await AssertEchoAsync(new UnixDomainSocketEndPoint(Folder["r"]));
        ProcessResult fetched = (await ProcessRunner.RunAsync("curl", "-s", "-x", $"socks5h://127.0.0.1:{socks}", $"http://127.0.0.1:{http.Port}/")).Succeeded();
        Assert.Equal(SeededOctets.Digest(Seed, Mebi), Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(fetched.Output)));
    }

    [Theory]
    [InlineData("GatewayPorts no", "*", "127.0.0.1", false)]
    [InlineData("GatewayPorts yes", "127.0.0.1", "0.0.0.0", true)]
    [InlineData("GatewayPorts clientspecified", "127.0.0.1", "127.0.0.1", false)]
    [InlineData("GatewayPorts clientspecified", "*", "0.0.0.0", true)]
    public async Task GatewayPorts_DecideWhereListenersStand(string config, string bind, string place, bool everywhere)
    {
        await using OpenSshServer server = await StartAsync(config);
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Client(server);
        int port = Ports.Free();
        await using PeerProcess forwarding = await client.StartForwardingAsync($"-R{bind}:{port}:127.0.0.1:{echo.Port}");
        await AssertEchoAsync(Loopback(port));
        System.Net.IPEndPoint[] at = [.. System.Net.NetworkInformation.IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Where(e => e.Port == port)];
        Assert.Contains(at, e => e.Address.ToString() == place);
        Assert.Equal(everywhere, at.Any(e => e.Address.Equals(System.Net.IPAddress.Any) || e.Address.Equals(System.Net.IPAddress.IPv6Any)));
    }

    [Fact]
    public async Task StreamLocal_IsRefusedOrMade_AsConfigured()
    {
        await using StreamServer unix = StreamServer.Echo(new UnixDomainSocketEndPoint(Folder["echo"]));
        await using OpenSshServer none = await StartAsync("AllowStreamLocalForwarding no");
        using (OpenSshClient client = Client(none))
        {
            ProcessResult refused = await client.RunAsync(["-N", "-R", $"{Folder["r"]}:127.0.0.1:9"]);
            Assert.Equal(255, refused.ExitCode);
            Assert.False(File.Exists(Folder["r"]));
        }

        await using OpenSshServer server = await StartAsync("StreamLocalBindMask 0111", "StreamLocalBindUnlink yes");
        File.WriteAllText(Folder["r"], "stale");
        using OpenSshClient other = Client(server);
        await using PeerProcess forwarding = await other.StartForwardingAsync($"-R{Folder["r"]}:{Folder["echo"]}");
        await AssertEchoAsync(new UnixDomainSocketEndPoint(Folder["r"]));
        Assert.Equal("rw-rw-rw-", Mode(Folder["r"]));
    }

    [Fact]
    public async Task Plink_Forwards_AndRunsCommands()
    {
        PeerRequired.Installed("plink", "puttygen");
        await using OpenSshServer server = await StartAsync();
        await using StreamServer echo = StreamServer.Echo();
        using Plink plink = await Plink.CreateAsync(server.Target, Identity);
        Assert.Equal("hello\n", (await ProcessRunner.RunAsync(plink.Command([], "echo hello"))).Succeeded().Text);
        int port = Ports.Free();
        await using PeerProcess forwarding = await plink.StartForwardingAsync("-L", $"127.0.0.1:{port}:127.0.0.1:{echo.Port}");
        await Readiness.WaitForListenerAsync(Loopback(port), forwarding);
        await AssertEchoByPlinkAsync(Loopback(port));
    }

    private static string Mode(string path)
    {
        UnixFileMode mode = File.GetUnixFileMode(path);
        return string.Concat(Enumerable.Range(0, 9).Select(i => ((int)mode & (0x100 >> i)) == 0 ? '-' : "rwx"[i % 3]));
    }
}
