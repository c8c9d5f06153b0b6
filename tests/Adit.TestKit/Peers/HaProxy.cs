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
    public static Task<HaProxy> StartAsync(OpenSslCertificate certificate, string backend, string bind = "", int port = 0) => StartAsync(
        "haproxy",
        port,
        (folder, at) =>
        {
            string file = folder.Write("haproxy.cfg", $"""
                global
                    maxconn 1000
                defaults
                    mode tcp
                    timeout connect 10s
                    timeout client 10m
                    timeout server 10m
                listen front
                    bind 127.0.0.1:{at} ssl crt {certificate.BothFile} {bind}
                    bind [::1]:{at} ssl crt {certificate.BothFile} {bind}
                    server behind {backend}

                """);
            return Task.FromResult(new PeerStart { Program = InstalledPeers.Find("haproxy"), Arguments = ["-db", "-f", file] });
        },
        (folder, process, at) => new HaProxy(folder, process, at));
}
