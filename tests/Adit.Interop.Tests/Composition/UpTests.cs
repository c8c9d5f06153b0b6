using System.Net.Sockets;
using System.Text.Json;
using Adit.Interop.Tests.Client;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Composition;

/// <summary>"adit up": whole configurations with real peers behind them, and what a reload leaves alone.</summary>
public sealed class UpTests(ClientFixture fixture) : UpTest(fixture), IClassFixture<ClientFixture>
{
    private const long Length = 64 << 20;

    [Fact]
    public async Task WholeConfiguration_RunsFromOneFile()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "microsocks", "curl", "setpriv");
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer web = StreamServer.Http(300_000, 3);
        await using MicroSocks socks = await MicroSocks.StartAsync("carol", "secret");
        string auth = Program.Folder.Write("auth", "carol:secret\n");
        System.IO.File.SetUnixFileMode(auth, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write($$"""
            gateway: {listen: tcp://127.0.0.1:0}
            forwards:
              - {listen: '127.0.0.1:0', target: '127.0.0.1:{{echo.Port}}', via: ['socks5h://127.0.0.1:{{socks.Port}}?auth={{auth}}', '{{SshHop}}']}
              - {listen: 'unix:{{Program.Folder["s"]}}', target: 'localhost:{{echo.Port}}'}
            proxies:
              - {listen: '127.0.0.1:0', via: ['{{SshHop}}']}
            """);

        string[] places = await UpAsync();

        Assert.StartsWith("tcp://127.0.0.1:", places[0]);
        await AssertEchoAsync(EndPoint(places[1]));
        await AssertEchoAsync(new UnixDomainSocketEndPoint(Program.Folder["s"]));
        foreach (string scheme in (string[])["socks5h", "socks4a", "http"])
            Assert.Equal((SeededOctets.Digest(3, 300_000), 300_000), await Curl.GetAsync($"http://127.0.0.1:{web.Port}/", $"{scheme}://{places[3]}"));
        JsonElement[] sections = [.. (await StatusAsync()).GetProperty("processes")[0].GetProperty("sections").EnumerateArray()];
        Assert.Equal(["gateway", "forward", "forward", "proxy"], sections.Select(s => s.GetProperty("kind").GetString()));
        Assert.Equal(["used", "connected"], sections[1].GetProperty("hops").EnumerateArray().Select(h => h.GetProperty("state").GetString()));
        Assert.Equal((1L, 1L << 20), (sections[1].GetProperty("accepted").GetInt64(), sections[1].GetProperty("up").GetInt64()));
        await Program.Process.SignalAsync("TERM");
        Assert.Equal(0, await Program.Process.WaitForExitAsync());
        Assert.Empty(Directory.GetFiles(Path.Combine(Program.State, "run")));
        Assert.False(System.IO.File.Exists(Program.Folder["s"]));
    }

    [Fact]
    public async Task Datagrams_GoThroughAGateway()
    {
        PeerRequired.Installed("ssh-keygen", "microsocks", "setpriv");
        await using Gateway.AditGateway gateway = await Gateway.AditGateway.StartAsync([Fixture.Identity.PublicLine]);
        await using MicroSocks socks = await MicroSocks.StartAsync();
        await using DatagramEcho echo = new();
        Write($"forwards:\n  - {{listen: '127.0.0.1:0/udp', target: 'localhost:{echo.Port}/udp', via: ['socks5h://127.0.0.1:{socks.Port}', '{HopTo(gateway.Target)}']}}\n", gateway.Target);

        string[] places = await UpAsync();

        await DatagramProbe.EchoAsync(EndPoint(places[0].Replace("/udp", "", StringComparison.Ordinal)), 1, 100, 1400);
        // More where the probe asked again for what was lost or late.
        Assert.InRange((await StatusAsync()).GetProperty("processes")[0].GetProperty("sections")[0].GetProperty("down").GetInt64(), 1501, 150_100);
    }

    [Fact]
    public async Task Hangup_DuringATransfer_KeepsIt()
    {
        PeerRequired.Installed("sshd", "ssh-keygen", "setpriv");
        await using StreamServer sink = StreamServer.Sink();
        string kept = $"  - {{listen: '127.0.0.1:0', target: '127.0.0.1:{sink.Port}', via: ['{SshHop}']}}\n";
        int port = Ports.Free();
        Write($"forwards:\n{kept}  - {{listen: '127.0.0.1:{port}', target: 'localhost:1'}}\n");
        string[] places = await UpAsync();
        await using NetworkStream stream = await StreamProbe.ConnectAsync(EndPoint(places[0]));
        Task sending = StreamProbe.SendAsync(stream, Length, 8);

        // The other forward leads elsewhere, a proxy comes, and the order changes; all while octets move.
        Write($"forwards:\n  - {{listen: '127.0.0.1:{port}', target: '127.0.0.1:{sink.Port}'}}\n{kept}proxies: [{{listen: '127.0.0.1:0'}}]\n");
        await Program.Process.SignalAsync("HUP");
        await Program.Process.WaitForErrorLineAsync(l => l.Contains("reload: 2 started, 1 stopped, 1 kept", StringComparison.Ordinal), "the reload");
        Assert.Equal(StreamProbe.ExpectedAnswer(1000, 2), await StreamProbe.UploadAsync(ClientFixture.Loopback(port), 1000, 2));

        await sending;
        stream.Socket.Shutdown(SocketShutdown.Send);
        using StreamReader reader = new(stream);
        Assert.Equal(StreamProbe.ExpectedAnswer(Length, 8), (await reader.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd('\n'));
    }

    [Fact]
    public async Task Hangup_WithABrokenFile_ChangesNothing_AndSaysWhere()
    {
        PeerRequired.Installed("setpriv", "ssh-keygen");
        await using StreamServer echo = StreamServer.Echo();
        string good = $"forwards:\n  - {{listen: '127.0.0.1:0', target: 'localhost:{echo.Port}'}}\n";
        Write(good);
        string[] places = await UpAsync();
        await using NetworkStream open = await StreamProbe.ConnectAsync(EndPoint(places[0]));

        Write("forwards:\n  - {lisen: 8080, target: 'localhost:1'}\n");
        await Program.Process.SignalAsync("HUP");
        string line = await Program.Process.WaitForErrorLineAsync(l => l.Contains("reload: nothing is changed", StringComparison.Ordinal), "why");
        Assert.Contains($"{File}:3:6: forwards[0]: unknown key 'lisen'; did you mean 'listen'?", line, StringComparison.Ordinal);
        JsonElement reload = (await StatusAsync()).GetProperty("processes")[0].GetProperty("last-reload");
        Assert.False(reload.GetProperty("ok").GetBoolean());

        await open.WriteAsync("ping"u8.ToArray(), TestContext.Current.CancellationToken);
        byte[] back = new byte[4];
        await open.ReadExactlyAsync(back, TestContext.Current.CancellationToken);
        await AssertEchoAsync(EndPoint(places[0]));
        Write(good);
        await Program.Process.SignalAsync("HUP");
        await Program.Process.WaitForErrorLineAsync(l => l.Contains("reload: nothing changed (1 kept)", StringComparison.Ordinal), "the next reload");
    }

    [Fact]
    public async Task KilledAndStartedAgain_TakesTheSamePlaces()
    {
        PeerRequired.Installed("setpriv", "ssh-keygen");
        await using StreamServer echo = StreamServer.Echo();
        (int first, int second) = (Ports.Free(), Ports.Free());
        Write($"gateway: {{listen: 'tcp://127.0.0.1:{first}'}}\nforwards: [{{listen: '127.0.0.1:{second}', target: 'localhost:{echo.Port}'}}]\n");
        await UpAsync();
        await using NetworkStream open = await StreamProbe.ConnectAsync(ClientFixture.Loopback(second));
        await AssertEchoAsync(ClientFixture.Loopback(second));
        Program.Process.Kill();
        await Program.Process.DisposeAsync();

        await UpAsync();

        await AssertEchoAsync(ClientFixture.Loopback(second));
        Assert.Equal(1, (await StatusAsync()).GetProperty("processes").GetArrayLength());
        Assert.Single(Directory.GetFiles(Path.Combine(Program.State, "run")));
    }

    [Fact]
    public async Task Serve_ReloadsTheGatewayOfItsFile()
    {
        PeerRequired.Installed("setpriv", "ssh-keygen");
        Program.Folder.Write("adit.yaml", "gateway: {listen: 'tcp://127.0.0.1:0'}\nforwards: [{listen: '127.0.0.1:0', target: 'localhost:1'}]\n");
        string ready = await Program.StartAsync("serve", "-c", File, "--ready-file", Program.Folder["ready"]);
        Assert.Matches(@"^ready tcp://127\.0\.0\.1:\d+$", ready);
        Program.Folder.Write("adit.yaml", "gateway: {listen: ['tcp://127.0.0.1:0', 'ws://127.0.0.1:0/t']}\n");
        await Program.Process.SignalAsync("HUP");
        await Program.Process.WaitForErrorLineAsync(l => l.Contains("reload: 1 started, 1 stopped, 0 kept", StringComparison.Ordinal), "the reload");
        DateTime deadline = DateTime.UtcNow + PeerProcess.Patience;
        while (!(await System.IO.File.ReadAllTextAsync(Program.Folder["ready"], TestContext.Current.CancellationToken)).Contains("ws://", StringComparison.Ordinal))
        {
            Assert.True(DateTime.UtcNow < deadline);
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
