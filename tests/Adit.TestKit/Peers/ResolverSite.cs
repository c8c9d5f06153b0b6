namespace Adit.TestKit.Peers;

/// <summary>
/// A client, two resolvers' addresses and a server in three namespaces, joined by our own packet links over veth pairs, which delay (and lose, if asked): client – 10 ms – resolver – 40 ms – server, there and back. Needs root.
/// </summary>
public sealed class ResolverSite : IAsyncDisposable
{
    /// <summary>Addresses on the delayed links.</summary>
    public const string Client = "10.60.1.1", Resolver = "10.60.1.2", SecondResolver = "10.60.3.1", ResolverOutside = "10.60.2.1", Server = "10.60.2.2";

    private readonly IReadOnlyList<NetworkNamespace> _line;
    private readonly List<AditLink> _links = [];

    private ResolverSite(IReadOnlyList<NetworkNamespace> line) => _line = line;

    /// <summary>Where the client runs.</summary>
    public NetworkNamespace ClientSide => _line[0];

    /// <summary>Where the resolver runs.</summary>
    public NetworkNamespace ResolverSide => _line[1];

    /// <summary>Where the authority runs.</summary>
    public NetworkNamespace ServerSide => _line[2];

    /// <summary>Makes it.</summary>
    /// <param name="loss">Of each link and direction, 0 to 1.</param>
    public static async Task<ResolverSite> StartAsync(double loss = 0)
    {
        ResolverSite site = new(await NetworkNamespace.CreateLineAsync(3));
        try
        {
            await Task.WhenAll(
                site.JoinAsync(site.ClientSide, "10.98.0.1:7001", "10.98.0.2:7001", $"{Client}/30", 5, loss),
                site.JoinAsync(site.ResolverSide, "10.98.0.2:7001", "10.98.0.1:7001", $"{Resolver}/30", 5, loss),
                site.JoinAsync(site.ResolverSide, "10.98.1.1:7002", "10.98.1.2:7002", $"{ResolverOutside}/30", 20, loss),
                site.JoinAsync(site.ServerSide, "10.98.1.2:7002", "10.98.1.1:7002", $"{Server}/30", 20, loss));
            (await ProcessRunner.RunAsync("ip", "-n", site.ResolverSide.Name, "address", "add", $"{SecondResolver}/32", "dev", "lo")).Succeeded();
            (await ProcessRunner.RunAsync("ip", "-n", site.ClientSide.Name, "route", "add", $"{SecondResolver}/32", "via", Resolver)).Succeeded();
            return site;
        }
        catch
        {
            await site.DisposeAsync();
            throw;
        }
    }

    /// <summary>unbound there.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="settings">More lines for its server clause.</param>
    public Task<Unbound> StartUnboundAsync(string address = Resolver, params string[] settings) => Unbound.StartAsync("t.example", Server, address, 53, ResolverSide, settings);

    /// <summary>BIND there.</summary>
    /// <param name="address">Where it listens.</param>
    /// <param name="options">More lines for its options clause.</param>
    public Task<Bind> StartBindAsync(string address = Resolver, params string[] options) => Bind.StartAsync("t.example", Server, 53, address, 53, ResolverSide, options);

    public async ValueTask DisposeAsync()
    {
        foreach (AditLink link in _links) await link.DisposeAsync();
        foreach (NetworkNamespace each in _line) await each.DisposeAsync();
    }

    private async Task JoinAsync(NetworkNamespace at, string local, string remote, string address, int delay, double loss)
    {
        string faults = $"delay={delay}ms,queue=20000" + (loss > 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $",loss={loss}") : "");
        AditLink link = await AditLink.StartAsync(at, "udp", "--local", local, "--remote", remote, "--address", address, "--mtu", "1400", "--fault", faults);
        lock (_links) _links.Add(link);
    }
}
