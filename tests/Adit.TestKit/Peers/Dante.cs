namespace Adit.TestKit.Peers;

/// <summary>danted(8): SOCKS4 and 5, UDP included, on both loopback families. Its users are accounts of the system (<see cref="TestUser"/>). Needs root.</summary>
public sealed class Dante : PrivateService
{
    private Dante(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <param name="method">"none", or "username".</param>
    /// <param name="rules">Lines before the one that passes everything.</param>
    public static Task<Dante> StartAsync(string method = "none", IReadOnlyList<string>? rules = null, int port = 0) => StartAsync(
        "dante",
        port,
        (folder, at) =>
        {
            string config = folder.Write("danted.conf", $$"""
                logoutput: stderr
                external.protocol: ipv4 ipv6
                internal: 127.0.0.1 port = {{at}}
                internal: ::1 port = {{at}}
                external: 127.0.0.1
                external: ::1
                clientmethod: none
                socksmethod: {{method}}
                user.privileged: root
                user.unprivileged: nobody
                client pass { from: 0/0 to: 0/0 }
                {{string.Join('\n', rules ?? [])}}
                socks pass { from: 0/0 to: 0/0 }

                """);
            return Task.FromResult(new PeerStart { Program = InstalledPeers.Find("danted"), Arguments = ["-f", config, "-p", folder["pid"]] });
        },
        (folder, process, at) => new Dante(folder, process, at));
}
