using System.Text;
using Adit.TestKit.Peers;

namespace Adit.Interop.Tests.Links;

/// <summary>What tests of links share.</summary>
internal static class LinkTest
{
    public const int Seed = 20;

    /// <summary>Octets of a transfer each way.</summary>
    public const int Bulk = 1 << 20;

    /// <summary>Commands for ip(8), one a line, in a namespace.</summary>
    public static async Task IpAsync(NetworkNamespace at, string commands) =>
        (await ProcessRunner.RunAsync(new PeerStart { Program = "ip", Arguments = ["-batch", "-"], Namespace = at.Name }, Encoding.ASCII.GetBytes(commands))).Succeeded();

    /// <summary>A shell script in a namespace; what it printed.</summary>
    public static async Task<string> ShellAsync(NetworkNamespace at, string script) =>
        (await ProcessRunner.RunAsync(new PeerStart { Program = "sh", Arguments = ["-e", "-c", script], Namespace = at.Name })).Succeeded().Text;

    /// <summary>Pings from a namespace: every answer comes, and ping(8) compared it with its request.</summary>
    /// <param name="at">Where.</param>
    /// <param name="to">Whom.</param>
    /// <param name="sizes">Octets after the ICMP header; one of each. Negative: with DF, so that nobody may fragment.</param>
    /// <remarks>One at a time: of several, ping(8) waits for the last no longer than two round trips, whatever -W says.</remarks>
    public static Task PingAsync(NetworkNamespace at, string to, params int[] sizes) =>
        ShellAsync(at, string.Join('\n', sizes.Select(s => $"ping -q -c 1 -W 5 -p a5c3 {(s < 0 ? "-M do " : "")}-s {Math.Abs(s)} {to}")));

    /// <summary>Waits until pings pass: until duplicate detection is through, and a kernel has forgotten that there was nobody yet.</summary>
    public static Task ReachAsync(NetworkNamespace at, string to) => ShellAsync(at, $"for i in $(seq 60); do ping -q -c 1 -W 0.2 {to} && exit 0; done; exit 1");

    /// <summary>Long packets until one comes back: each way, the first that are too long are lost for the ICMP that tells.</summary>
    public static Task DiscoverAsync(NetworkNamespace at, string to, int size = 1472) => ShellAsync(at, $"for i in $(seq 12); do ping -q -c 1 -W 0.5 -s {size} {to} && exit 0; done; exit 1");

    /// <summary>What ping(8) sends in one packet of an MTU.</summary>
    public static int Largest(string to, int mtu) => mtu - (to.Contains(':') ? 48 : 28); // IP and ICMP headers

    /// <summary>To an echo: sends and receives at once; every octet comes back.</summary>
    public static async Task EchoAsync(NamespaceEndPoint to, long length)
    {
        (string digest, long received) = await StreamProbe.EchoAsync(to, length, Seed);
        Assert.Equal((SeededOctets.Digest(Seed, length), length), (digest, received));
    }

    /// <summary>TCP both ways between a namespace and the guest, each end opening once.</summary>
    public static async Task StreamsAsync(NetworkNamespace at, UmlGuest guest, string ours, string theirs, int length = Bulk)
    {
        await EchoAsync(at.At(theirs, UmlGuest.EchoPort), length);
        await using StreamServer echo = StreamServer.Echo(at.At(ours, 0));
        await guest.StreamAsync(ours, echo.Port, length, Seed);
    }

    /// <summary>Runs one of Links/Programs/*.py in a namespace.</summary>
    public static Task<ProcessResult> PythonAsync(NetworkNamespace at, string program, params string[] arguments) => ProcessRunner.RunAsync(Python(at, program, arguments));

    /// <inheritdoc cref="PythonAsync"/>
    public static PeerStart Python(NetworkNamespace at, string program, params string[] arguments) => new()
    {
        Program = "/usr/bin/python3",
        Arguments = ["-u", Path.Combine(AppContext.BaseDirectory, "Links", "Programs", program + ".py"), .. arguments],
        Environment = new Dictionary<string, string?> { ["PYTHONDONTWRITEBYTECODE"] = "1" },
        Namespace = at.Name,
    };

    /// <summary>The MTU of a device.</summary>
    public static async Task<int> MtuAsync(NetworkNamespace at, string device) => int.Parse(await ShellAsync(at, $"cat /sys/class/net/{device}/mtu"));
}
