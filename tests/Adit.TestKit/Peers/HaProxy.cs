namespace Adit.TestKit.Peers;

/// <summary>haproxy(1): TLS in front of one TCP port of this machine, on both loopback families.</summary>
public sealed class HaProxy : PrivateService
{
    private HaProxy(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

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
