using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Adit.TestKit.Peers;

/// <summary>
/// A network namespace of its own, joined to a second one by a veth pair. Names carry the pid of the tests ("adit-PID-N"), so that what a killed
/// run left is known and removed by the next. Needs root.
/// </summary>
public sealed partial class NetworkNamespace : IAsyncDisposable
{
    private static int s_count;

    private NetworkNamespace(string name, string address4, string address6)
    {
        Name = name;
        Address4 = address4;
        Address6 = address6;
    }

    /// <summary>For <see cref="PeerStart.Namespace"/>.</summary>
    public string Name { get; }

    public string Address4 { get; }

    public string Address6 { get; }

    /// <summary>The name of its interface on the pair.</summary>
    public const string Interface = "veth0";

    /// <summary>Two namespaces that reach each other, and nothing else, over IPv4 and IPv6; loopback is up in both.</summary>
    public static async Task<(NetworkNamespace Left, NetworkNamespace Right)> CreatePairAsync()
    {
        await RemoveStaleAsync();
        NetworkNamespace left = new(NextName(), "10.99.0.1", "fd99::1");
        NetworkNamespace right = new(NextName(), "10.99.0.2", "fd99::2");
        try
        {
            await IpAsync("netns", "add", left.Name);
            await IpAsync("netns", "add", right.Name);
            await IpAsync("-n", left.Name, "link", "add", Interface, "type", "veth", "peer", "name", Interface, "netns", right.Name);
            foreach (NetworkNamespace each in new[] { left, right })
            {
                await IpAsync("-n", each.Name, "link", "set", "lo", "up");
                await IpAsync("-n", each.Name, "address", "add", $"{each.Address4}/24", "dev", Interface);
                await IpAsync("-n", each.Name, "address", "add", $"{each.Address6}/64", "dev", Interface, "nodad");
                await IpAsync("-n", each.Name, "link", "set", Interface, "up");
            }

            return (left, right);
        }
        catch
        {
            await left.DisposeAsync();
            await right.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Namespaces in a line, each joined to the next: its interface <c>right</c> to the next one's <c>left</c>. Those between forward, and routes lead from every one to every other, over IPv4 and
    /// IPv6. <see cref="Address4"/> and <see cref="Address6"/> are what the one to the left sees; of the first, what the second sees.
    /// </summary>
    /// <param name="count">How many, two at least.</param>
    public static async Task<IReadOnlyList<NetworkNamespace>> CreateLineAsync(int count)
    {
        await RemoveStaleAsync();
        NetworkNamespace[] line = [.. Enumerable.Range(0, count).Select(i => i == 0 ? new NetworkNamespace(NextName(), "10.98.0.1", "fd98:0::1") : new NetworkNamespace(NextName(), $"10.98.{i - 1}.2", $"fd98:{i - 1}::2"))];
        StringBuilder script = new();
        foreach (NetworkNamespace each in line)
        {
            script.Append($"ip netns add {each.Name}\nip -n {each.Name} link set lo up\n");
            script.Append($"ip netns exec {each.Name} sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'\n");
        }

        for (int i = 0; i + 1 < count; i++)
        {
            script.Append($"ip -n {line[i].Name} link add right type veth peer name left netns {line[i + 1].Name}\n");
            foreach ((string name, string link, int last) in new[] { (line[i].Name, "right", 1), (line[i + 1].Name, "left", 2) })
            {
                script.Append($"ip -n {name} address add 10.98.{i}.{last}/24 dev {link}\nip -n {name} address add fd98:{i}::{last}/64 dev {link} nodad\nip -n {name} link set {link} up\n");
            }
        }

        for (int i = 0; i < count; i++)
        {
            for (int net = 0; net + 1 < count; net++)
            {
                if (net == i || net == i - 1) continue;
                (string via4, string via6) = net > i ? ($"10.98.{i}.2", $"fd98:{i}::2") : ($"10.98.{i - 1}.1", $"fd98:{i - 1}::1");
                script.Append($"ip -n {line[i].Name} route add 10.98.{net}.0/24 via {via4}\nip -n {line[i].Name} route add fd98:{net}::/64 via {via6}\n");
            }
        }

        try
        {
            (await ProcessRunner.RunAsync("sh", "-e", "-c", script.ToString())).Succeeded();
            return line;
        }
        catch
        {
            foreach (NetworkNamespace each in line) await each.DisposeAsync();
            throw;
        }
    }

    /// <summary>A place within it, for what the tests' own process does there.</summary>
    public NamespaceEndPoint At(string address, int port) => new(this, new IPEndPoint(IPAddress.Parse(address), port));

    public async ValueTask DisposeAsync() => await ProcessRunner.RunAsync("ip", "netns", "delete", Name);

    /// <summary>Removes namespaces of test processes that are no more.</summary>
    private static async Task RemoveStaleAsync()
    {
        string list = (await ProcessRunner.RunAsync("ip", "netns", "list")).Text;
        foreach (Match match in OurName().Matches(list))
        {
            if (!Directory.Exists($"/proc/{match.Groups[1].Value}")) await ProcessRunner.RunAsync("ip", "netns", "delete", match.Groups[0].Value);
        }
    }

    private static string NextName() => $"adit-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";

    private static async Task IpAsync(params string[] arguments) => (await ProcessRunner.RunAsync("ip", arguments)).Succeeded();

    [GeneratedRegex(@"^adit-(\d+)-\d+", RegexOptions.Multiline)]
    private static partial Regex OurName();
}
