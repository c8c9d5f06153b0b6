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
