using System.Globalization;
using System.Text.Json;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>"adit link" and "links:" as a person runs them, between two namespaces: reload, status, records, faults, privilege.</summary>
public sealed class LinkCommandTests : IAsyncLifetime
{
    private readonly AditProgram _left = new("link");
    private readonly AditProgram _right = new("link");
    private NetworkNamespace _here = null!;
    private NetworkNamespace _there = null!;

    public async ValueTask InitializeAsync()
    {
        PeerRequired.Installed("ip", "ping", PeerRequired.Root);
        (_here, _there) = await NetworkNamespace.CreatePairAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _left.DisposeAsync();
        await _right.DisposeAsync();
        if (_here is not null) await _here.DisposeAsync();
        if (_there is not null) await _there.DisposeAsync();
    }

    [Fact]
    public async Task Up_RestartsTheChangedLinkAlone_AndTellsWhatPasses()
    {
        await StartRightAsync("up", Write(_right, "10.99.0.2", "10.99.0.1", 2, 2));
        string file = Write(_left, "10.99.0.1", "10.99.0.2", 1, 1);
        string ready = await StartLeftAsync("up", file);
        Assert.Equal("ready one two 10.99.0.1:5000/udp", ready);
        await LinkTest.PingAsync(_here, "10.5.1.2", 56, -1444);
        await LinkTest.PingAsync(_here, "10.5.2.2", 56, -1444);
        string before = await IndexesAsync();

        Write(_left, "10.99.0.1", "10.99.0.2", 1, 3);
        await _left.Process.SignalAsync("HUP");
        await _left.Process.WaitForErrorLineAsync(l => l.Contains("reload: 1 started, 1 stopped, 1 kept", StringComparison.Ordinal), "the reload");

        string[] after = (await IndexesAsync()).Split('\n');
        Assert.Equal(before.Split('\n')[0], after[0]);
        Assert.NotEqual(before.Split('\n')[1], after[1]);
        await LinkTest.PingAsync(_there, "10.5.2.3", 56);
        // A reload that cannot be leaves what ran: 10.99.0.0/24 is the cable's.
        File.WriteAllText(file, File.ReadAllText(file).Replace("route: 10.6.0.0/16", "route: 10.99.0.0/24", StringComparison.Ordinal));
        await _left.Process.SignalAsync("HUP");
        await _left.Process.WaitForErrorLineAsync(l => l.Contains("reload: nothing is changed: links[0]: route 10.99.0.0/24 dev one: add: File exists", StringComparison.Ordinal), "the refusal");
        await LinkTest.PingAsync(_here, "10.5.1.2", 56);

        JsonElement[] links = await LinksAsync(_left);
        Assert.Equal(["gre", "udp"], links.Select(l => l.GetProperty("type").GetString()));
        Assert.All(links, l => Assert.Equal("up", l.GetProperty("state").GetString()));
        Assert.True(links[1].GetProperty("received").GetProperty("packets").GetInt64() >= 1);
        Assert.InRange(links[1].GetProperty("sent-outside").GetProperty("segments-per-batch").GetDouble(), 0.5, 64);
        string text = (await _left.RunAsync("status")).Succeeded().Text;
        Assert.Contains("gre up; MTU 1472; neither encrypted nor authenticated", text, StringComparison.Ordinal);
        await _left.Process.SignalAsync("TERM");
        Assert.Equal(0, await _left.Process.WaitForExitAsync());
        Assert.DoesNotContain("one", await LinkTest.ShellAsync(_here, "ip -br link"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InterfaceThatIsTakenAway_EndsTheCommand()
    {
        await StartLeftAsync("link", "udp", "--local", "10.99.0.1:5000", "--remote", "10.99.0.2:5000", "--dev", "gone");
        await LinkTest.IpAsync(_here, "link delete gone\n");
        Assert.Equal(1, await _left.Process.WaitForExitAsync());
        Assert.Contains("adit: device gone: ", _left.Process.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Captures_AreDissectedByTshark_InsideAndOutside()
    {
        PeerRequired.Installed("tshark");
        string inside = _left.Folder["in.pcapng"], outside = _left.Folder["out.pcapng"];
        await StartRightAsync("link", "vxlan", "--vni", "42", "--local", "10.99.0.2", "--remote", "10.99.0.1", "--address", "10.5.0.2/24");
        await StartLeftAsync("link", "vxlan", "--vni", "42", "--local", "10.99.0.1", "--remote", "10.99.0.2", "--address", "10.5.0.1/24", "--capture", inside, "--capture", $"outer={outside}");
        await LinkTest.PingAsync(_here, "10.5.0.2", 1000);
        await _left.Process.SignalAsync("TERM");
        Assert.Equal(0, await _left.Process.WaitForExitAsync());

        string[] asked = ["-T", "fields", "-e", "frame.protocols", "-e", "ip.src", "-e", "vxlan.vni", "-Y", "icmp.type == 0"];
        Assert.Equal("eth:ethertype:ip:icmp:data 10.5.0.2 ", await FirstAsync(inside, asked));
        Assert.Equal("raw:ip:udp:vxlan:eth:ethertype:ip:icmp:data 10.99.0.2,10.5.0.2 42", await FirstAsync(outside, asked));
        Assert.Equal("", (await ProcessRunner.RunAsync("tshark", "-r", outside, "-Y", "ip.checksum.status == \"Bad\" || _ws.malformed", "-o", "ip.check_checksum:TRUE")).Succeeded().Text);
    }

    [Theory]
    [InlineData("ip", "tun5")]
    [InlineData("ethernet", "tap5")]
    public async Task SshLink_IsAChannelOfSshd_AndIsProtected(string mode, string device)
    {
        PeerRequired.Installed("sshd", "ssh-keygen");
        SshKeyFile identity = await SshKeyFile.GenerateAsync(_left.Folder, "identity");
        await using OpenSshServer server = await OpenSshServer.StartAsync(new OpenSshServerOptions { AuthorizedKeys = [identity.PublicLine], Address = _there.Address4, Namespace = _there.Name, Config = ["PermitTunnel yes"] });
        string known = _left.Folder.Write("known_hosts", server.Target.KnownHosts);
        string config = _left.Folder.Write("ssh_config", $"UserKnownHostsFile {known}\nStrictHostKeyChecking yes\nBatchMode yes\n");
        await StartLeftAsync("link", "ssh", "--mode", mode, "--via", $"ssh://{server.Target.User}@{server.Target.Host}:{server.Target.Port}?identity={identity.PrivatePath}", "-F", config, "--remote", device, "--dev", "t0", "--address", "10.5.0.1/24");
        Assert.DoesNotContain("neither encrypted", _left.Process.Errors.Text, StringComparison.Ordinal);
        await LinkTest.IpAsync(_there, $"address add 10.5.0.2/24 dev {device}\nlink set {device} up\n");
        await LinkTest.PingAsync(_here, "10.5.0.2", 56, -1472);
        JsonElement link = (await LinksAsync(_left))[0];
        Assert.Equal(("ssh", "up", true), (link.GetProperty("type").GetString(), link.GetProperty("state").GetString(), link.GetProperty("protected").GetBoolean()));
    }

    [Fact]
    public async Task Faults_AreWhatWasAskedFor()
    {
        await StartRightAsync("link", "udp", "--local", "10.99.0.2:5000", "--remote", "10.99.0.1:5000", "--address", "10.5.0.2/24");
        await StartLeftAsync("link", "udp", "--local", "10.99.0.1:5000", "--remote", "10.99.0.2:5000", "--address", "10.5.0.1/24", "--fault", "loss=30%,delay=40ms,seed=3");
        string report = await LinkTest.ShellAsync(_here, "ping -q -c 200 -i 0.005 -W 2 10.5.0.2 || true");
        int received = int.Parse(report.Split(" received")[0].Split(", ")[^1], CultureInfo.InvariantCulture);
        Assert.InRange(received, 100, 180);
        Assert.True(double.Parse(report.Split("rtt min/avg/max/mdev = ")[1].Split('/')[0], CultureInfo.InvariantCulture) >= 40, report);
        // A router solicitation of the interface may be lost by chance as well.
        Assert.InRange((await LinksAsync(_left))[0].GetProperty("drops").GetProperty("fault").GetInt64(), 200 - received, 205 - received);
    }

    [Fact]
    public async Task WithoutPrivilege_TheCapabilityIsNamed_AndAnOwnedInterfaceWorks()
    {
        PeerRequired.Installed("setpriv");
        ProcessResult raw = await RunAsNobodyAsync("link", "gre", "--remote", "10.99.0.2");
        Assert.Equal(1, raw.ExitCode);
        Assert.Contains("CAP_NET_RAW", raw.Errors, StringComparison.Ordinal);
        ProcessResult device = await RunAsNobodyAsync("link", "udp", "--remote", "10.99.0.2:5000");
        Assert.Equal(1, device.ExitCode);
        Assert.Contains("CAP_NET_ADMIN", device.Errors, StringComparison.Ordinal);
        Assert.Contains("setcap cap_net_admin,cap_net_raw+ep", device.Errors, StringComparison.Ordinal);
        Assert.Equal(1, device.Errors.TrimEnd('\n').Split('\n').Count(l => l.StartsWith("adit: ", StringComparison.Ordinal)));

        await LinkTest.IpAsync(_here, "tuntap add dev mine mode tun user nobody\nlink set mine mtu 1472 up\naddress add 10.5.0.1/24 dev mine\n");
        await StartRightAsync("link", "udp", "--local", "10.99.0.2:5000", "--remote", "10.99.0.1:5000", "--address", "10.5.0.2/24");
        await _left.StartAsync(AsNobody("link", "udp", "--local", "10.99.0.1:5000", "--remote", "10.99.0.2:5000", "--dev", "mine"));
        await LinkTest.PingAsync(_here, "10.5.0.2", 56, -1444);
        await _left.Process.SignalAsync("TERM");
        Assert.Equal(0, await _left.Process.WaitForExitAsync());
        Assert.Contains("10.5.0.1/24", await LinkTest.ShellAsync(_here, "ip -br address show mine"), StringComparison.Ordinal);
    }

    private static string Write(AditProgram program, string local, string remote, int first, int second) => program.Folder.Write("adit.yaml", $$"""
        links:
          - {type: gre, local: {{local}}, remote: {{remote}}, key: 7, dev: one, address: 10.5.1.{{first}}/24, route: 10.6.0.0/16}
          - {type: udp, local: "{{local}}:5000", remote: "{{remote}}:5000", dev: two, address: 10.5.2.{{second}}/24}
        """);

    private Task<string> StartLeftAsync(params string[] arguments) => _left.StartAsync(_left.Command(arguments) with { Namespace = _here.Name });

    private Task<string> StartRightAsync(params string[] arguments) => _right.StartAsync(_right.Command(arguments) with { Namespace = _there.Name });

    private PeerStart AsNobody(params string[] arguments) => new()
    {
        Program = "unshare",
        // On some machines /dev/net/tun is root's alone: this one is everybody's, as usual.
        Arguments =
        [
            "--mount", "--propagation", "private", "sh", "-e", "-c", "mount -t tmpfs none /dev/net; mknod -m 666 /dev/net/tun c 10 200; exec setpriv --reuid=nobody --regid=nogroup --clear-groups \"$@\"", "sh",
            AditProgram.ExecutablePath, .. arguments, "--state", "/nowhere",
        ],
        Environment = new Dictionary<string, string?> { ["HOME"] = "/nowhere" },
        Namespace = _here.Name,
    };

    private Task<ProcessResult> RunAsNobodyAsync(params string[] arguments) => ProcessRunner.RunAsync(AsNobody(arguments));

    private Task<string> IndexesAsync() => LinkTest.ShellAsync(_here, "cat /sys/class/net/one/ifindex /sys/class/net/two/ifindex");

    private static async Task<JsonElement[]> LinksAsync(AditProgram program)
    {
        using JsonDocument status = JsonDocument.Parse((await program.RunAsync("status", "--output", "json")).Succeeded().Text);
        return [.. status.RootElement.GetProperty("processes")[0].GetProperty("sections").EnumerateArray().Select(s => s.GetProperty("link").Clone())];
    }

    private static async Task<string> FirstAsync(string file, string[] asked) =>
        (await ProcessRunner.RunAsync("tshark", ["-r", file, .. asked])).Succeeded().Text.Split('\n')[0].Replace('\t', ' ');
}
