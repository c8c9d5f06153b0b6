using Adit.TestKit.Peers;

namespace Adit.Bench.Links;

/// <summary>Two namespaces joined by a veth pair, a load server in the right one, and the ways between them.</summary>
internal sealed class LinkSite : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();
    private int _paths;

    private LinkSite(NetworkNamespace left, NetworkNamespace right)
    {
        Left = left;
        Right = right;
    }

    /// <summary>Where the load client is.</summary>
    public NetworkNamespace Left { get; }

    /// <summary>Where the load server is.</summary>
    public NetworkNamespace Right { get; }

    public static async Task<LinkSite> StartAsync()
    {
        (NetworkNamespace left, NetworkNamespace right) = await NetworkNamespace.CreatePairAsync();
        LinkSite site = new(left, right);
        site.Own(left);
        site.Own(right);
        PeerProcess server = site.Own(await PeerProcess.StartAsync(new PeerStart { Program = "iperf3", Arguments = ["-s", "--forceflush"], Namespace = right.Name }));
        await server.WaitForOutputLineAsync(l => l.Contains("listening on", StringComparison.Ordinal), "a line that it listens");
        return site;
    }

    /// <summary>Addresses for one more way: the left end's and the right end's, alone in a /30.</summary>
    public (string Left, string Right) NextAddresses()
    {
        int number = ++_paths;
        return ($"10.80.{number}.1", $"10.80.{number}.2");
    }

    /// <summary>Commands for ip(8), one a line.</summary>
    public static async Task IpAsync(NetworkNamespace at, string commands) => (await ProcessRunner.RunAsync(
        new PeerStart { Program = "ip", Arguments = ["-batch", "-"], Namespace = at.Name }, System.Text.Encoding.ASCII.GetBytes(commands))).Succeeded();

    /// <summary>Waits until a device is there and gives it its address and MTU.</summary>
    public static async Task AddressAsync(NetworkNamespace at, string device, string address, int? mtu, PeerProcess owner)
    {
        PeerStart look = new() { Program = "test", Arguments = ["-d", $"/sys/class/net/{device}"], Namespace = at.Name };
        using CancellationTokenSource deadline = new(PeerProcess.Patience);
        while ((await ProcessRunner.RunAsync(look)).ExitCode != 0)
        {
            if (owner.HasExited || deadline.IsCancellationRequested) throw owner.Failure($"made no device {device}");
        }

        await IpAsync(at, $"address replace {address}/30 dev {device}\nlink set {device} up{(mtu is null ? "" : $" mtu {mtu}")}\n");
    }

    public T Own<T>(T each)
        where T : IAsyncDisposable
    {
        _owned.Push(each);
        return each;
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out IAsyncDisposable? each)) await each.DisposeAsync();
    }
}
