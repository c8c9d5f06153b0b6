using System.Net.Sockets;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Sms;

/// <summary>The whole program: <c>adit serve</c> and <c>adit ssh</c> with nothing between them but a message centre, or two modems.</summary>
public sealed class ProgramTests
{
    private const string Gateway = "4917000000001", Mobile = "4917000000002";

    [Fact]
    public async Task ThroughNpmsCentre_AtMost40Messages()
    {
        PeerRequired.Installed(PeerRequired.Smpp);
        await using NodeCentre centre = await NodeCentre.StartAsync("""{"password":"secret","reorder":5000,"scale":20}""");
        await RunAsync(
            login => $"sms+smpp://127.0.0.1:{centre.Port}?from=%2B{Gateway}&auth={login(Gateway)}&timescale=20",
            login => $"sms+smpp://127.0.0.1:{centre.Port}?to=%2B{Gateway}&from=%2B{Mobile}&auth={login(Mobile)}&timescale=20&budget=400",
            2000,
            // Afterwards the connections of both ends are cut: both make new ones, and the session does not notice.
            then: async () => await centre.CountsAsync("cut"),
            opened: async () => Assert.InRange((await centre.CountsAsync()).GetProperty("submitted").GetInt32(), 1, 40));
    }

    [Fact]
    public async Task ThroughTheLaboratory_WithLossAndReordering()
    {
        PeerRequired.Installed();
        await using AditProgram lab = new("lab");
        string ready = await lab.StartAsync("lab", "smsc", "--listen", "127.0.0.1:0", "--loss", "5", "--duplicates", "5", "--reorder", "60", "--timescale", "200");
        string place = ready.Split("smpp://")[1].Trim();
        await RunAsync(_ => $"sms+smpp://{Gateway}@{place}?timescale=200", _ => $"sms+smpp://{Mobile}@{place}?to={Gateway}&timescale=200", 2000);
        await lab.Process.SignalAsync("TERM");
        Assert.Equal(0, await lab.Process.WaitForExitAsync());
        await lab.Process.WaitForErrorLineAsync(l => l.StartsWith("smsc: ", StringComparison.Ordinal) && l.Contains(" delivered", StringComparison.Ordinal), "counts");
    }

    [Fact]
    public async Task NothingButAModem()
    {
        PeerRequired.Installed("python3", PeerRequired.Root);
        await using ModemPair modems = await ModemPair.StartAsync();
        await RunAsync(_ => $"sms+modem://{modems.Devices[0]}?timescale=20", _ => $"sms+modem://{modems.Devices[1]}?to=%2B491700000001&timescale=20", 1000);
    }

    /// <param name="listen">The listener, made with what makes a file of credentials for a number.</param>
    /// <param name="via">The hop.</param>
    /// <param name="length">Octets to echo.</param>
    /// <param name="then">Called after it.</param>
    /// <param name="opened">Called once the forward has brought back its first octet.</param>
    private static async Task RunAsync(Func<Func<string, string>, string> listen, Func<Func<string, string>, string> via, int length, Func<Task>? then = null, Func<Task>? opened = null)
    {
        await using AditProgram server = new("gateway"), client = new("client");
        await using StreamServer echo = StreamServer.Echo();
        string carrier = server.Folder["carrier.key"];
        (await server.RunAsync("keygen", "--carrier", "-f", carrier)).Succeeded();
        SshKeyFile identity = await SshKeyFile.GenerateAsync(client.Folder, "id");
        Directory.CreateDirectory(server.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        server.Folder.Write("state/authorized_keys", identity.PublicLine + "\n");
        await server.StartAsync("serve", "-v", "--listen", $"{listen(Login)}&key={carrier}");
        int port = FreePort();
        await using PeerProcess ssh = await PeerProcess.StartAsync(client.Command(
            "ssh", "-v", "-F", "none", "-N", "-i", identity.PrivatePath, "-o", "StrictHostKeyChecking=accept-new", "-o", $"UserKnownHostsFile={client.Folder["known_hosts"]}",
            "-o", "ExitOnForwardFailure=yes", "-L", $"{port}:127.0.0.1:{echo.Port}", "--via", $"{via(Login)}&key={carrier}", "gateway"));
        await ssh.WaitForErrorLineAsync(l => l.Contains("curve25519-sha256 alone", StringComparison.Ordinal), "the words about the key exchange");
        await ssh.WaitForErrorLineAsync(l => l.Contains("Authenticated to", StringComparison.Ordinal), "the login");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using TcpClient tcp = await ConnectAsync(port, patience.Token);
        NetworkStream stream = tcp.GetStream();
        await stream.WriteAsync(new byte[] { 7 }, patience.Token);
        byte[] one = new byte[1];
        await stream.ReadExactlyAsync(one, patience.Token);
        if (opened is not null) await opened();
        if (then is not null) await then();
        byte[] octets = new byte[length], back = new byte[length];
        new SeededOctets(3).Fill(octets);
        await stream.WriteAsync(octets, patience.Token);
        await stream.ReadExactlyAsync(back, patience.Token);
        Assert.Equal(octets, back);
        Assert.DoesNotContain("secret", ssh.Errors.Text, StringComparison.Ordinal);

        string Login(string number)
        {
            string file = client.Folder[$"login-{number}"];
            if (!File.Exists(file)) File.WriteAllText(file, $"{number}:secret\n");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return file;
        }
    }

    private static async Task<TcpClient> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        while (true)
        {
            var tcp = new TcpClient();
            try
            {
                await tcp.ConnectAsync("127.0.0.1", port, cancellationToken);
                return tcp;
            }
            catch (SocketException)
            {
                tcp.Dispose();
                await Task.Delay(20, cancellationToken);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        return ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
    }
}
