using System.Net.Sockets;
using System.Text.Json;
using Adit.Interop.Tests.Client;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Composition;

/// <summary>"adit status" and "adit top", and who may ask.</summary>
public sealed class StatusTests(ClientFixture fixture) : UpTest(fixture), IClassFixture<ClientFixture>
{
    [Fact]
    public async Task TwoProcesses_ShareAStateFolder()
    {
        PeerRequired.Installed("setpriv");
        await using StreamServer echo = StreamServer.Echo();
        string place = (await Program.StartAsync("forward", $"127.0.0.1:0=localhost:{echo.Port}")).Split(' ')[1];
        await using PeerProcess proxy = await PeerProcess.StartAsync(Program.Command("proxy", "--listen", "127.0.0.1:0"));
        await proxy.WaitForErrorLineAsync(l => l.StartsWith("ready", StringComparison.Ordinal), "ready");
        await using NetworkStream open = await StreamProbe.ConnectAsync(EndPoint(place));
        await open.WriteAsync(new byte[1234], TestContext.Current.CancellationToken);
        await open.ReadExactlyAsync(new byte[1234], TestContext.Current.CancellationToken);

        JsonElement[] processes = [.. (await StatusAsync()).GetProperty("processes").EnumerateArray()];

        Assert.Equal(["forward", "proxy"], processes.Select(p => p.GetProperty("command").GetString()!).Order());
        Assert.Equal(new[] { Program.Process.Id, proxy.Id }.Order(), processes.Select(p => p.GetProperty("pid").GetInt32()));
        JsonElement connection = processes.First(p => p.GetProperty("command").GetString() == "forward").GetProperty("sections")[0].GetProperty("connections")[0];
        Assert.Equal(open.Socket.LocalEndPoint!.ToString(), connection.GetProperty("from").GetString());
        Assert.InRange(connection.GetProperty("up").GetInt64(), 1234, 1235);
        string text = (await Program.RunAsync("status")).Succeeded().Text;
        Assert.Contains($"adit forward, pid {Program.Process.Id}", text, StringComparison.Ordinal);
        Assert.Contains($"{open.Socket.LocalEndPoint}  localhost:{echo.Port}", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NothingRuns_IsSaid()
    {
        PeerRequired.Installed("setpriv");
        ProcessResult result = (await Program.RunAsync("status")).Succeeded();
        Assert.Equal($"nothing is running ({Program.State}/run)\n", result.Text);
    }

    [Fact]
    public async Task AnotherUser_IsNotAnswered()
    {
        PeerRequired.Installed("setpriv", "socat", PeerRequired.Root);
        // Reachable by others as far as its parents go, unlike the tests' own folders.
        string state = $"/tmp/adit-state-{Environment.ProcessId}-{Guid.NewGuid():N}";
        try
        {
            await Program.StartAsync("forward", "127.0.0.1:0=localhost:1", "--state", state);
            string socket = $"{state}/run/{Program.Process.Id}.sock";
            Assert.Contains("Permission denied", (await AskAsNobodyAsync(socket)).Errors, StringComparison.Ordinal);

            // Even where somebody opened the folder and the socket to all.
            (await ProcessRunner.RunAsync("chmod", "755", state, $"{state}/run")).Succeeded();
            (await ProcessRunner.RunAsync("chmod", "666", socket)).Succeeded();
            Assert.Equal("", (await AskAsNobodyAsync(socket)).Text);
            await Program.Process.WaitForErrorLineAsync(l => l.Contains("may not ask", StringComparison.Ordinal), "a word about it");
            Assert.Contains("\"command\":\"forward\"", (await AskAsync("socat", socket)).Text, StringComparison.Ordinal);
        }
        finally
        {
            if (Directory.Exists(state)) Directory.Delete(state, recursive: true);
        }
    }

    [Fact]
    public async Task Top_IsLive_InATerminal()
    {
        PeerRequired.Installed("setpriv", "tmux");
        await using StreamServer echo = StreamServer.Echo();
        string place = (await Program.StartAsync("forward", $"127.0.0.1:0=localhost:{echo.Port}")).Split(' ')[1];
        await using Tmux tmux = await Tmux.StartAsync(Program.Environment, columns: 130);
        await tmux.EnterAsync($"{AditProgram.ExecutablePath} top; echo ended");
        await tmux.WaitForAsync($"{Program.Process.Id}  forward  {place}");
        await AssertEchoAsync(EndPoint(place), 5_000_000);
        await tmux.WaitForAsync("5.0 MB    5.0 MB", "the octets in all");
        await tmux.TypeAsync("q");
        string screen = await tmux.WaitForAsync("ended\n");
        Assert.DoesNotContain("SECTION", screen, StringComparison.Ordinal); // the screen is as it was before
    }

    private static Task<ProcessResult> AskAsNobodyAsync(string socket) => AskAsync("setpriv", socket, "--reuid=65534", "--regid=65534", "--clear-groups", "socat");

    private static Task<ProcessResult> AskAsync(string program, string socket, params string[] before) =>
        ProcessRunner.RunAsync(new PeerStart { Program = program, Arguments = [.. before, "-t", "5", "-", $"UNIX-CONNECT:{socket}"] }, "{\"ask\":\"status\"}\n"u8.ToArray());
}
