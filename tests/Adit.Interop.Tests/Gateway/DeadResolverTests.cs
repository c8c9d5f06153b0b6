using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Gateway;

/// <summary>A name server that never answers holds up the names that wait for it, and nothing else.</summary>
public sealed class DeadResolverTests : GatewayTest
{
    private const int Port = 2222;

    [Fact]
    public async Task NamesThatDoNotResolve_HoldUpNeitherChannelsNorLogins()
    {
        PeerRequired.Installed("ip", "curl", "python3", PeerRequired.Root);
        (NetworkNamespace left, NetworkNamespace right) = await NetworkNamespace.CreatePairAsync();
        await using NetworkNamespace network = left;
        await using NetworkNamespace unused = right;
        // ip-netns(8): what lies there is the namespace's /etc/resolv.conf.
        string settings = $"/etc/netns/{network.Name}";
        Directory.CreateDirectory(settings);
        try
        {
            await File.WriteAllTextAsync(Path.Combine(settings, "resolv.conf"), "nameserver 127.0.0.1\n");
            await RunAsync(network.Name);
        }
        finally
        {
            Directory.Delete(settings, recursive: true);
        }
    }

    private async Task RunAsync(string network)
    {
        PeerStart Python(string script) => new() { Program = "/usr/bin/python3", Arguments = ["-u", "-c", script], Namespace = network };
        await using PeerProcess silent = await PeerProcess.StartAsync(Python(
            "import socket, time; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 53)); print('bound'); time.sleep(600)"));
        await silent.WaitForOutputLineAsync(l => l == "bound", "line");
        await using PeerProcess web = await PeerProcess.StartAsync(Python(
            "import http.server as h; s = h.ThreadingHTTPServer(('127.0.0.1', 8080), h.BaseHTTPRequestHandler); print('bound'); s.serve_forever()"));
        await web.WaitForOutputLineAsync(l => l == "bound", "line");
        await using AditProgram program = new("gateway");
        Directory.CreateDirectory(program.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        program.Folder.Write("state/authorized_keys", Identity.PublicLine + "\n");
        await program.StartAsync(program.Command("serve", "--listen", $"tcp://127.0.0.1:{Port}") with { Namespace = network });
        string hostKey = (await ProcessRunner.RunAsync("ssh-keygen", "-y", "-f", Path.Combine(program.State, "ssh_host_ed25519_key"))).Succeeded().Text.Trim();
        using OpenSshClient client = new(new SshTarget("127.0.0.1", Port, "user", [string.Join(' ', hostKey.Split(' ')[..2])]), Identity);
        await using PeerProcess ssh = await PeerProcess.StartAsync(client.Command(["-N", "-v", "-D", "127.0.0.1:1080"]) with { Namespace = network });
        await ssh.WaitForErrorLineAsync(l => l.Contains("Entering interactive session", StringComparison.Ordinal), "word that it is logged in");

        // 64 names at once, more than the thread pool of a small machine has threads.
        await using PeerProcess names = await PeerProcess.StartAsync(new PeerStart
        {
            Program = "curl",
            Arguments = ["-s", "-Z", "--parallel-immediate", "--parallel-max", "64", "-m", "60", "--proxy", "socks5h://127.0.0.1:1080", "http://h[1-64].example/"],
            Namespace = network,
        });
        await EventuallyAsync(
            () => ssh.Errors.Text.Split("new dynamic-tcpip").Length > 64 || ssh.Errors.Text.Split("direct-tcpip").Length > 64, PeerProcess.Patience, () => "the names are not asked for");
        long began = Environment.TickCount64;
        ProcessResult page = await ProcessRunner.RunAsync(new PeerStart
        {
            Program = "curl", Arguments = ["-s", "-m", "20", "-o", "/dev/null", "-w", "%{http_code}", "--proxy", "socks5://127.0.0.1:1080", "http://127.0.0.1:8080/"], Namespace = network,
        });
        Assert.Equal("501", page.Text);
        Assert.Equal(1, (await ProcessRunner.RunAsync(client.Command([], "id") with { Namespace = network })).ExitCode);
        Assert.InRange(Environment.TickCount64 - began, 0, 4_000);
    }
}
