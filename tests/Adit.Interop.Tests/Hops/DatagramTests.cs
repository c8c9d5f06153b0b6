using System.Net;
using Adit.Interop.Tests.Client;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Hops;

/// <summary>UDP through "adit forward": straight, through a gateway, through SOCKS5.</summary>
public sealed class DatagramTests(ClientFixture fixture) : IClassFixture<ClientFixture>
{
    private static readonly int[] Lengths = [0, 1, 100, 1472, 9000, 60_000];

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task NoHop_CarriesDatagrams(string address)
    {
        PeerRequired.Installed("setpriv");
        await using DatagramEcho echo = new(address);
        await using AditProgram program = new();
        string shown = address == "::1" ? "[::1]" : address;
        string ready = await program.StartAsync("forward", $"{shown}:0/udp={shown}:{echo.Port}/udp");
        Assert.Matches(@"^ready .*:\d+/udp$", ready);
        await DatagramProbe.EchoAsync(PlaceOf(ready), Lengths);
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => DatagramProbe.EchoAsync(PlaceOf(ready), 10, 20, 30)));
    }

    [Fact]
    public async Task Gateway_CarriesDatagrams_AndAnswersOfDnsmasq()
    {
        PeerRequired.Installed("ssh-keygen", "setpriv", "dnsmasq", "dig");
        await using AditGateway gateway = await AditGateway.StartAsync([fixture.Identity.PublicLine]);
        await using DatagramEcho echo = new();
        await using Dnsmasq dns = await Dnsmasq.StartAsync(new Dictionary<string, string> { ["db.corp.test"] = "192.0.2.7" });
        await using AditProgram program = new();
        string ready = await StartAsync(program, gateway.Target, $"127.0.0.1:0/udp=localhost:{echo.Port}/udp", $"127.0.0.1:0/udp=127.0.0.1:{dns.Port}/udp", "--via", Hop(gateway.Target));
        string[] places = ready.Split(' ');
        await DatagramProbe.EchoAsync(PlaceOf(places[1]), Lengths);
        ProcessResult answer = await DigAsync(PlaceOf(places[2]), "db.corp.test");
        Assert.Equal("192.0.2.7\n", answer.Succeeded().Text);
        await gateway.WaitForLogAsync("open", $"localhost:{echo.Port}/udp");
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => DatagramProbe.EchoAsync(PlaceOf(places[1]), 10, 2000, 30)));
    }

    [Fact]
    public async Task ThroughOtherHops_ToTheGateway_AndBackAfterItsRestart()
    {
        PeerRequired.Installed("ssh-keygen", "setpriv", "microsocks", "squid", PeerRequired.Root);
        await using AditGateway gateway = await AditGateway.StartAsync([fixture.Identity.PublicLine]);
        await using MicroSocks socks = await MicroSocks.StartAsync();
        await using Squid squid = await Squid.StartAsync();
        await using DatagramEcho echo = new();
        await using AditProgram program = new();
        string ready = await StartAsync(
            program, gateway.Target, $"127.0.0.1:0/udp=127.0.0.1:{echo.Port}/udp", "--via", $"connect://127.0.0.1:{squid.Port}", "--via", $"socks5h://127.0.0.1:{socks.Port}", "--via", Hop(gateway.Target));
        await DatagramProbe.EchoAsync(PlaceOf(ready), Lengths);
        await gateway.RestartAsync();
        await DatagramProbe.EchoAsync(PlaceOf(ready), Lengths);
    }

    [Theory]
    [InlineData("socks5", "127.0.0.1")]
    [InlineData("socks5h", "localhost")]
    public async Task Dante_CarriesDatagrams(string scheme, string host)
    {
        PeerRequired.Installed("danted", "setpriv", PeerRequired.Root);
        await using Dante proxy = await Dante.StartAsync();
        await using DatagramEcho echo = new();
        await using AditProgram program = new();
        string ready = await program.StartAsync("forward", $"127.0.0.1:0/udp={host}:{echo.Port}/udp", "--via", $"{scheme}://127.0.0.1:{proxy.Port}");
        await DatagramProbe.EchoAsync(PlaceOf(ready), 1, 100, 1472, 9000);
    }

    [Fact]
    public async Task KeyAndPolicy_JudgeDatagramsAsTheyJudgeStreams()
    {
        PeerRequired.Installed("ssh-keygen", "setpriv");
        await using DatagramEcho echo = new();
        await using DatagramEcho other = new();
        await using AditGateway gateway = await AditGateway.StartAsync(
            [$"permitopen=\"127.0.0.1:{echo.Port}\",permitopen=\"localhost:{other.Port}\" {fixture.Identity.PublicLine}"], [$"deny: ['127.0.0.0/8:{other.Port}', '[::1]:{other.Port}']"]);
        await using AditProgram program = new();
        string ready = await StartAsync(
            program, gateway.Target, $"127.0.0.1:0/udp=127.0.0.1:{echo.Port}/udp", $"127.0.0.1:0/udp=127.0.0.1:{other.Port}/udp", $"127.0.0.1:0/udp=localhost:{other.Port}/udp", "--via", Hop(gateway.Target));
        string[] places = ready.Split(' ');
        await DatagramProbe.EchoAsync(PlaceOf(places[1]), Lengths);
        await SendAsync(PlaceOf(places[2]));
        Assert.Contains("permitopen", await program.Process.WaitForErrorLineAsync(l => l.Contains($"127.0.0.1:{other.Port}/udp", StringComparison.Ordinal) && !l.StartsWith("ready", StringComparison.Ordinal), "why"), StringComparison.Ordinal);
        await SendAsync(PlaceOf(places[3]));
        Assert.Contains("prohibited", await program.Process.WaitForErrorLineAsync(l => l.Contains($"localhost:{other.Port}/udp", StringComparison.Ordinal), "why"), StringComparison.Ordinal);
        Assert.Equal(0, other.Received);
    }

    [Fact]
    public async Task OtherServers_CarryNone_AndThatIsSaid()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv", "squid", PeerRequired.Root);
        await using Squid squid = await Squid.StartAsync();
        await using AditProgram program = new();
        string ready = await StartAsync(program, fixture.Server.Target, "127.0.0.1:0/udp=127.0.0.1:53/udp", "--via", Hop(fixture.Server.Target));
        await SendAsync(PlaceOf(ready));
        Assert.Contains("expected an Adit gateway, got OpenSSH", await program.Process.WaitForErrorLineAsync(l => l.Contains("carries no UDP", StringComparison.Ordinal), "why"), StringComparison.Ordinal);

        await using AditProgram second = new();
        ready = await second.StartAsync("forward", "127.0.0.1:0/udp=127.0.0.1:53/udp", "--via", $"connect://127.0.0.1:{squid.Port}");
        await SendAsync(PlaceOf(ready));
        await second.Process.WaitForErrorLineAsync(l => l.Contains("expected a hop that carries UDP last", StringComparison.Ordinal), "why");
    }

    private static IPEndPoint PlaceOf(string ready) => IPEndPoint.Parse(ready.Replace("ready ", "", StringComparison.Ordinal).Replace("/udp", "", StringComparison.Ordinal));

    private static async Task SendAsync(IPEndPoint at)
    {
        using System.Net.Sockets.Socket socket = new(at.AddressFamily, System.Net.Sockets.SocketType.Dgram, System.Net.Sockets.ProtocolType.Udp);
        await socket.SendToAsync("x"u8.ToArray(), at);
    }

    private static Task<ProcessResult> DigAsync(IPEndPoint at, string name) =>
        ProcessRunner.RunAsync("dig", $"@{at.Address}", "-p", at.Port.ToString(), "+short", "+tries=5", "+time=2", name, "A");

    private string Hop(SshTarget target) => $"ssh://{target.User}@{target.Host}:{target.Port}?identity={fixture.Identity.PrivatePath}";

    private static async Task<string> StartAsync(AditProgram program, SshTarget target, params string[] arguments)
    {
        string known = program.Folder.Write("known_hosts", target.KnownHosts);
        string config = program.Folder.Write("ssh_config", $"UserKnownHostsFile {known}\nStrictHostKeyChecking yes\nBatchMode yes\n");
        return await program.StartAsync(["forward", .. arguments, "--ssh-config", config]);
    }
}
