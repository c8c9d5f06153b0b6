using System.Globalization;
using Adit.TestKit.Peers;

namespace Adit.Bench.Dns;

/// <summary>The delayed path with its gateway, a load server beside it, and whatever a row starts; made anew for each row.</summary>
internal sealed class DnsSite : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();

    private DnsSite(DnsGateway? gateway, ResolverSite site, int loadPort) => (Gateway, Site, LoadPort) = (gateway, site, loadPort);

    /// <summary>Ours; null where a rival has its place.</summary>
    public DnsGateway? Gateway { get; }

    public ResolverSite Site { get; }

    public int LoadPort { get; }

    public static async Task<DnsSite> StartAsync(double loss, bool isOurs)
    {
        DnsGateway? gateway = isOurs ? await DnsGateway.StartAsync(loss) : null;
        ResolverSite site = gateway?.Site ?? await ResolverSite.StartAsync(loss);
        PeerProcess load = await PeerProcess.StartAsync(new PeerStart { Program = Environment.ProcessPath!, Arguments = ["load-server", "any"], Namespace = site.ServerSide.Name });
        int port = int.Parse((await load.WaitForOutputLineAsync(l => l.StartsWith("ready ", StringComparison.Ordinal), "a line \"ready PORT\""))["ready ".Length..], CultureInfo.InvariantCulture);
        DnsSite made = new(gateway, site, port);
        made.Own(gateway is null ? (IAsyncDisposable)site : gateway);
        made.Own(load);
        return made;
    }

    /// <summary>Ends with the site.</summary>
    public T Own<T>(T each)
        where T : IAsyncDisposable
    {
        _owned.Push(each);
        return each;
    }

    /// <summary>"adit ssh -L" through resolvers.</summary>
    public async Task<string> ForwardAsync(string resolvers, string more)
    {
        OpenSshClient client = Gateway!.Client();
        Own(await client.StartForwardingAsync("--via", Gateway.Hop(resolvers, more), "-L", $"9001:127.0.0.1:{LoadPort}"));
        return "127.0.0.1:9001";
    }

    /// <summary>Starts a program on one side.</summary>
    public async Task<PeerProcess> RunAsync(NetworkNamespace at, string program, params string[] arguments) =>
        Own(await PeerProcess.StartAsync(new PeerStart { Program = InstalledPeers.Find(program), Arguments = arguments, Namespace = at.Name }));

    /// <summary>Runs a load on the client's side; its figures.</summary>
    public async Task<double[]> LoadAsync(string place, string kind, long amount, int seconds)
    {
        ProcessResult ran = (await ProcessRunner.RunAsync(
            new PeerStart
            {
                Program = Environment.ProcessPath!,
                Arguments = ["dns-tunnel-load", place, kind, amount.ToString(CultureInfo.InvariantCulture), seconds.ToString(CultureInfo.InvariantCulture)],
                Namespace = Site.ClientSide.Name,
            },
            patience: TimeSpan.FromSeconds(seconds * 3))).Succeeded();
        return [.. ran.Text.Trim().Split(' ').Select(w => double.Parse(w, CultureInfo.InvariantCulture))];
    }

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out IAsyncDisposable? each)) await each.DisposeAsync();
    }
}
