namespace Adit.TestKit.Peers;

/// <summary>haproxy(1) as an HTTP proxy of HTTP/2 and HTTP/1.1 over TLS in front of an https port of this machine, which it believes unseen.</summary>
public sealed class HaProxyFront : PrivateService
{
    private HaProxyFront(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <param name="certificate">What it shows.</param>
    /// <param name="backend">Where it leads, as "address:port".</param>
    /// <param name="protocols">What it offers to the backend, such as "h2".</param>
    /// <param name="server">Further words of its server line, such as "send-proxy-v2".</param>
    public static Task<HaProxyFront> StartAsync(OpenSslCertificate certificate, string backend, string protocols, string server = "") => StartAsync(
        "haproxy",
        0,
        (folder, at) =>
        {
            string file = folder.Write("haproxy.cfg", $"""
                global
                    maxconn 1000
                defaults
                    mode http
                    timeout connect 10s
                    timeout client 1m
                    timeout server 1m
                    timeout tunnel 1h
                frontend front
                    bind 127.0.0.1:{at} ssl crt {certificate.BothFile} alpn h2,http/1.1
                    default_backend behind
                backend behind
                    server gateway {backend} ssl verify none alpn {protocols} {server}

                """);
            return Task.FromResult(new PeerStart { Program = InstalledPeers.Find("haproxy"), Arguments = ["-db", "-f", file] });
        },
        (folder, process, at) => new HaProxyFront(folder, process, at));
}
