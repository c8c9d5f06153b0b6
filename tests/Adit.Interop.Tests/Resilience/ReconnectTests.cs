using System.Text.RegularExpressions;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Resilience;

/// <summary>"adit ssh --reconnect" and a server that goes away: comes back, comes back as another, no longer knows the key.</summary>
public sealed partial class ReconnectTests : ResilienceTest
{
    [Theory]
    [InlineData("sshd")]
    [InlineData("gateway")]
    public async Task KilledServer_IsComeBackTo_WithEveryForward(string server)
    {
        PeerRequired.Installed("sshd", "curl");
        OpenSshServer? sshd = server == "sshd" ? await StartSshdAsync() : null;
        await using AditGateway? gateway = sshd is null ? await AditGateway.StartAsync([Identity.PublicLine]) : null;
        await using StreamServer echo = StreamServer.Echo();
        await using StreamServer source = EndlessSource();
        await using StreamServer http = StreamServer.Http(Mebi, Seed);
        using OpenSshClient client = Adit(sshd?.Target ?? gateway!.Target);
        (int local, int endless, int remote, int dynamic) = (Ports.Free(), Ports.Free(), Ports.Free(), Ports.Free());
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "--reconnect", "-L", $"127.0.0.1:{local}:127.0.0.1:{echo.Port}", "-L", $"127.0.0.1:{endless}:127.0.0.1:{source.Port}",
            "-D", $"127.0.0.1:{dynamic}", $"-R127.0.0.1:{remote}:127.0.0.1:{echo.Port}");
        Task[] cut = [await DownloadForeverAsync(endless, ssh), await DownloadForeverAsync(endless, ssh)];

        OpenSshServer? again = null;
        if (gateway is not null)
        {
            gateway.Process.Kill();
            await WaitForPauseAsync(ssh);
            await gateway.RestartAsync();
        }
        else
        {
            await sshd!.Process.DisposeAsync(); // with its sessions; its keys stay
            await WaitForPauseAsync(ssh);
            again = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [Identity.PublicLine], HostKeys = sshd.HostKeys, Port = sshd.Target.Port });
        }

        await Task.WhenAll(cut).WaitAsync(Soon); // what was under way is over, and said to be
        await ssh.WaitForErrorLineAsync(l => l == "Connected again; forwards restored.", "that it is back");
        await AssertEchoAsync(Loopback(local), 4 * Mebi);
        await AssertEchoAsync(Loopback(remote), 4 * Mebi);
        Assert.Equal((SeededOctets.Digest(Seed, Mebi), Mebi), await Curl.GetAsync($"http://127.0.0.1:{http.Port}/", $"socks5h://127.0.0.1:{dynamic}"));
        if (again is not null) await again.DisposeAsync();
        if (sshd is not null) await sshd.DisposeAsync();
    }

    [Fact]
    public async Task KeyThatIsNoLongerAuthorized_EndsIt()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        using OpenSshClient client = Adit(gateway.Target);
        int local = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync("--reconnect", "-L", $"127.0.0.1:{local}:127.0.0.1:9");
        await File.WriteAllTextAsync(gateway.AuthorizedKeysFile, "");
        gateway.Process.Kill();
        await gateway.RestartAsync();

        Assert.Equal(255, await ssh.WaitForExitAsync());
        Assert.Contains("Permission denied (publickey)", ssh.Errors.Text, StringComparison.Ordinal);
        Assert.True(CanBind(local));
    }

    [Fact]
    public async Task ServerWithAnotherKey_EndsIt()
    {
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]);
        using OpenSshClient client = Adit(gateway.Target);
        await using PeerProcess ssh = await client.StartForwardingAsync("--reconnect", "-L", $"127.0.0.1:{Ports.Free()}:127.0.0.1:9");
        gateway.Process.Kill();
        File.Delete(Path.Combine(gateway.State, "ssh_host_ed25519_key")); // the next start makes one
        await gateway.RestartAsync();

        Assert.Equal(255, await ssh.WaitForExitAsync());
        Assert.Contains("REMOTE HOST IDENTIFICATION HAS CHANGED!", ssh.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SilentPathThatMends_IsComeBackTo_AndThePortIsTakenOver()
    {
        PeerRequired.Installed("nft", PeerRequired.Root);
        await using AditGateway gateway = await AditGateway.StartAsync([Identity.PublicLine]); // which notices later than the client
        await using StreamServer echo = StreamServer.Echo();
        using OpenSshClient client = Adit(gateway.Target);
        int remote = Ports.Free();
        await using PeerProcess ssh = await client.StartForwardingAsync(
            "--reconnect", "-o", "ServerAliveInterval=1", "-o", "ServerAliveCountMax=1", $"-R127.0.0.1:{remote}:127.0.0.1:{echo.Port}");
        await using (NftDrop drop = await NftDrop.StartAsync(gateway.Target.Port))
        {
            await WaitForPauseAsync(ssh);
        }

        await ssh.WaitForErrorLineAsync(l => l == "Connected again; forwards restored.", "that it is back");
        await AssertEchoAsync(Loopback(remote));
        await gateway.WaitForLogAsync("session 2: listening on", $"{remote}");
    }

    private static async Task WaitForPauseAsync(PeerProcess ssh) =>
        await ssh.WaitForErrorLineAsync(l => Lost().IsMatch(l), "that the connection is lost, and when the next attempt is");

    [GeneratedRegex(@"^Connection lost \(.+\); connecting again in \d+\.\d s\.$")]
    private static partial Regex Lost();
}
