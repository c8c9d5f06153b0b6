namespace Adit.TestKit.Peers;

/// <summary>dnsmasq(8): answers for the names it is told, and says that every other does not exist. UDP and TCP on loopback.</summary>
public sealed class Dnsmasq : PrivateService
{
    private Dnsmasq(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <param name="names">Names and their addresses.</param>
    /// <param name="address">Where it listens.</param>
    public static Task<Dnsmasq> StartAsync(IReadOnlyDictionary<string, string> names, string address = "127.0.0.1") => StartAsync(
        "dnsmasq",
        0,
        (folder, at) => Task.FromResult(new PeerStart
        {
            Program = InstalledPeers.Find("dnsmasq"),
            Arguments =
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--no-daemon", $"--port={at}", $"--listen-address={address}", "--bind-interfaces", "--pid-file=",
                .. names.Select(n => $"--host-record={n.Key},{n.Value}"), "--address=/#/",
            ],
        }),
        (folder, process, at) => new Dnsmasq(folder, process, at),
        address);

    /// <summary>As routers have it: asks another for everything.</summary>
    /// <param name="upstream">Whom it asks.</param>
    public static Task<Dnsmasq> StartForwardingAsync(System.Net.IPEndPoint upstream) => StartAsync(
        "dnsmasq",
        0,
        (folder, at) => Task.FromResult(new PeerStart // not --no-daemon: then it serves one TCP connection at a time, and nothing beside it
        {
            Program = InstalledPeers.Find("dnsmasq"),
            Arguments =
            [
                "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts", "--user=root", "--log-facility=-", $"--port={at}", "--listen-address=127.0.0.1", "--bind-interfaces", "--pid-file=",
                $"--server={upstream.Address}#{upstream.Port}",
            ],
        }),
        (folder, process, at) => new Dnsmasq(folder, process, at));
}
