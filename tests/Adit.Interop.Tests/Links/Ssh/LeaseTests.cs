using System.Text.RegularExpressions;
using Adit.Interop.Tests.Gateway;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links.Ssh;

/// <summary>Tunnels of <c>adit serve</c>: addresses that are leased, printed and applied; and what OpenSSH's client gets.</summary>
public sealed partial class LeaseTests : GatewayTest
{
    private NetworkNamespace _left = null!;
    private NetworkNamespace _right = null!;
    private AditProgram _gateway = null!;
    private SshTarget _target = null!;

    public override async ValueTask InitializeAsync()
    {
        PeerRequired.Installed(PeerRequired.Root, "ip", "ping");
        await base.InitializeAsync();
        (_left, _right) = await NetworkNamespace.CreatePairAsync();
        _gateway = new AditProgram("gateway");
    }

    public override async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _left.DisposeAsync();
        await _right.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task Lease_IsTheKeysOwn_OverRestarts_AndApplied()
    {
        await StartAsync("", Permit("pool: [10.65.0.0/24, 'fd65::/64']", "routes: [10.99.0.0/16, 192.168.77.0/24]", "dns: [10.65.0.1]", "search: [corp.example]", "mtu: 1400"));
        await using (PeerProcess first = await OpenAsync("adit", "--apply"))
        {
            string told = await first.WaitForErrorLineAsync(l => l.StartsWith("Tunnel tun0: ", StringComparison.Ordinal), "a line with the lease");
            Assert.Equal("Tunnel tun0: address 10.65.0.2/32 peer 10.65.0.1, address fd65::2/128 peer fd65::1, route 10.99.0.0/16, route 192.168.77.0/24, dns 10.65.0.1, search corp.example, mtu 1400", told);
            await EventuallyAsync(() => TunnelSite.ShowAsync(_left, "route").Result.Contains("192.168.77.0/24 dev tun0", StringComparison.Ordinal), TimeSpan.FromSeconds(10), () => "no route");
            await TunnelSite.PingAsync(_left, "10.65.0.1", 1372, "-M", "do");
            await TunnelSite.PingAsync(_left, "fd65::1", 56);
            await TunnelSite.PingAsync(_right, "10.65.0.2", 4000);
            // A route that holds the server leads around the tunnel for the server itself.
            Assert.Contains("dev veth0", await TunnelSite.ShowAsync(_left, "route", "get", _right.Address4), StringComparison.Ordinal);
            // Whoever sends from another address is not heard.
            ProcessResult spoofed = await ProcessRunner.RunAsync(new PeerStart { Program = "ping", Arguments = ["-n", "-c", "1", "-W", "1", "-I", _left.Address4, "10.65.0.1"], Namespace = _left.Name });
            Assert.Contains("0 received", spoofed.Text, StringComparison.Ordinal);

            // A second session of the key has another address.
            await using PeerProcess second = await OpenAsync("adit");
            Assert.Contains("address 10.65.0.3/32", await second.WaitForErrorLineAsync(l => l.StartsWith("Tunnel tun", StringComparison.Ordinal), "a line with the lease"), StringComparison.Ordinal);
            await first.SignalAsync("TERM");
            await first.WaitForExitAsync();
        }

        string routes = await TunnelSite.ShowAsync(_left, "route");
        Assert.DoesNotContain("tun0", routes, StringComparison.Ordinal);
        Assert.DoesNotContain($"{_right.Address4} dev", routes, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_gateway.State, "leases.db")));

        await _gateway.Process.DisposeAsync();
        await StartAsync("", Permit("pool: [10.65.0.0/24, 'fd65::/64']"));
        await using PeerProcess again = await OpenAsync("adit");
        Assert.Contains("address 10.65.0.2/32", await again.WaitForErrorLineAsync(l => l.StartsWith("Tunnel tun", StringComparison.Ordinal), "a line with the lease"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenSshsClient_HasItsTunnel_AndTheGatewaysRules()
    {
        await StartAsync("", Permit("pool: [10.65.0.0/24]"));
        await using (PeerProcess process = await OpenAsync("openssh"))
        {
            await TunnelSite.IpAsync(_left, "address add 10.65.0.2/32 peer 10.65.0.1 dev tun0", "link set tun0 up");
            await TunnelSite.PingAsync(_left, "10.65.0.1", 1472, "-M", "do");
            await using StreamServer echo = StreamServer.Echo(_right.At("10.65.0.1", 4000));
            await AssertEchoAsync(_left.At("10.65.0.1", 4000), 4 * Mebi);
        }

        ProcessResult ethernet = await Client("openssh").RunAsync(["-N", "-o", "Tunnel=ethernet", "-w", "any"]);
        Assert.Contains("administratively prohibited: tap any: tunnels: permit: point-to-point", ethernet.Errors, StringComparison.Ordinal);
        ProcessResult taken = await Client("openssh").RunAsync(["-N", "-o", "Tunnel=ethernet", "-w", "any:0"]);
        Assert.Equal(255, taken.ExitCode);

        await _gateway.Process.DisposeAsync();
        await StartAsync("restrict ", Permit("pool: [10.65.0.0/24]"));
        Assert.Contains("tun any: restrict", (await Client("openssh").RunAsync(["-N", "-w", "any"])).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tunnels_AreOffUntilConfigured()
    {
        await StartAsync("", []);
        ProcessResult refused = await Client("adit").RunAsync(["-N", "-w", "any"]);
        Assert.Equal(255, refused.ExitCode);
        Assert.Contains("administratively prohibited: tun any: tunnels are off", refused.Errors, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_gateway.State, "leases.db")));
    }

    private static string[] Permit(params string[] lines) => ["tunnels:", "  permit: point-to-point", .. lines.Select(l => "  " + l)];

    private OpenSshClient Client(string program) => new(_target, Identity)
    {
        Namespace = _left.Name,
        Program = program == "adit" ? AditProgram.ExecutablePath : null,
        Verb = program == "adit" ? ["ssh"] : [],
    };

    private async Task<PeerProcess> OpenAsync(string client, params string[] options)
    {
        PeerProcess process = await PeerProcess.StartAsync(Client(client).Command(["-N", "-v", "-w", "any", .. options]));
        await process.WaitForErrorLineAsync(l => l.Contains("tunnel forward established", StringComparison.Ordinal), "a line that the tunnel stands");
        return process;
    }

    private async Task StartAsync(string keyOptions, string[] gateway)
    {
        Directory.CreateDirectory(_gateway.State, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _gateway.Folder.Write("state/authorized_keys", keyOptions + Identity.PublicLine + "\n");
        string file = _gateway.Folder.Write("adit.yaml", $"gateway:\n  listen: tcp://{_right.Address4}:0\n" + string.Concat(gateway.Select(l => $"  {l}\n")));
        string ready = await _gateway.StartAsync(_gateway.Command("serve", "-v", "-c", file) with { Namespace = _right.Name });
        string key = (await ProcessRunner.RunAsync("ssh-keygen", "-y", "-f", Path.Combine(_gateway.State, "ssh_host_ed25519_key"))).Succeeded().Text.Trim();
        _target = new SshTarget(_right.Address4, int.Parse(PortAtEnd().Match(ready).Groups[1].Value), Environment.UserName, [string.Join(' ', key.Split(' ')[..2])]);
    }

    [GeneratedRegex(@":(\d+)$")]
    private static partial Regex PortAtEnd();
}
