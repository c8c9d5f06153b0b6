namespace Adit.TestKit.Peers;

/// <summary>haproxy(1): in front of one TCP port of this machine, with TLS on both loopback families or as a plain relay.</summary>
public sealed class HaProxy : PrivateService
{
    private HaProxy(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <summary>A plain relay of TCP within the kernel (splice), on the IPv4 loopback.</summary>
    /// <param name="backend">Where it leads, as "address:port".</param>
    public static Task<HaProxy> StartRelayAsync(string backend) => StartAsync(
        "haproxy",
        0,
        (folder, at) =>
        {
            string file = folder.Write("haproxy.cfg", $"""
                global
                    maxconn 5000
                defaults
                    mode tcp
                    option splice-auto
                    timeout connect 10s
                    timeout client 10m
                    timeout server 10m
                listen relay
                    bind 127.0.0.1:{at}
                    server behind {backend}

                """);
            return Task.FromResult(new PeerStart { Program = InstalledPeers.Find("haproxy"), Arguments = ["-db", "-f", file] });
        },
        (folder, process, at) => new HaProxy(folder, process, at));

    /// <param name="certificate">What it shows.</param>
    /// <param name="backend">Where it leads, as "address:port".</param>
    /// <param name="bind">Further words of its bind line, such as "verify required ca-file FILE".</param>
    /// <param name="address">Where it listens; null for both loopback families.</param>
    /// <param name="inNamespace">The network namespace it runs in; null for the tests' own.</param>
    public static Task<HaProxy> StartAsync(
        OpenSslCertificate certificate, string backend, string bind = "", int port = 0, string? address = null, NetworkNamespace? inNamespace = null) => StartAsync(
        "haproxy",
        port,
        (folder, at) =>
        {
            string[] binds = [.. (address is null ? ["127.0.0.1", "[::1]"] : new[] { address }).Select(a => $"    bind {a}:{at} ssl crt {certificate.BothFile} {bind}\n")];
            string file = folder.Write("haproxy.cfg", $"""
                global
                    maxconn 1000
                    {(address is null ? "" : "log stdout format raw local0")}
                defaults
                    mode tcp
                    log global
                    option tcplog
                    timeout connect 10s
                    timeout client 10m
                    timeout server 10m
                listen front
                {string.Concat(binds)}
                    server behind {backend}

                """);
            return Task.FromResult(new PeerStart { Program = InstalledPeers.Find("haproxy"), Arguments = ["-db", "-f", file] });
        },
        (folder, process, at) => new HaProxy(folder, process, at),
        address ?? "127.0.0.1",
        inNamespace);
}
