namespace Adit.TestKit.Peers;

/// <summary>nginx(8) as a reverse proxy in front of one port of this machine, on both loopback families.</summary>
public sealed class Nginx : PrivateService
{
    /// <summary>What a location needs to pass WebSocket on.</summary>
    public const string Upgrades = "proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;";

    /// <summary>What a location needs to pass bodies on as they come.</summary>
    public const string Streams = "proxy_request_buffering off; proxy_buffering off; client_max_body_size 0;";

    private Nginx(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <param name="backend">Where it leads, as "http://address:port".</param>
    /// <param name="location">Further directives of its location.</param>
    /// <param name="certificate">What it shows over TLS; null to serve without.</param>
    /// <param name="address">Where it listens; null for both loopback families.</param>
    /// <param name="inNamespace">The network namespace it runs in; null for the tests' own.</param>
    public static Task<Nginx> StartAsync(
        string backend, string location, OpenSslCertificate? certificate = null, int port = 0, string? address = null, NetworkNamespace? inNamespace = null) => StartAsync(
        "nginx",
        port,
        (folder, at) =>
        {
            string tls = certificate is null ? "" : $"ssl_certificate {certificate.CertificateFile}; ssl_certificate_key {certificate.KeyFile};";
            string kind = certificate is null ? "" : " ssl http2";
            string file = folder.Write("nginx.conf", $$"""
                daemon off; user root; worker_processes 1; pid {{folder["nginx.pid"]}}; error_log stderr error;
                events { worker_connections 2048; }
                http {
                    access_log {{(address is null ? "off" : "/dev/stdout")}};
                    client_body_temp_path {{folder["body"]}}; proxy_temp_path {{folder["proxy"]}}; fastcgi_temp_path {{folder["fastcgi"]}};
                    uwsgi_temp_path {{folder["uwsgi"]}}; scgi_temp_path {{folder["scgi"]}};
                    map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
                    server {
                        {{string.Concat((address is null ? ["127.0.0.1", "[::1]"] : new[] { address }).Select(a => $"listen {a}:{at}{kind}; "))}}{{tls}}
                        location / {
                            proxy_pass {{backend}}; proxy_http_version 1.1; proxy_ssl_verify off;
                            proxy_set_header Host $host; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                            {{location}}
                        }
                    }
                }

                """);
            return Task.FromResult(new PeerStart { Program = InstalledPeers.Find("nginx"), Arguments = ["-e", "stderr", "-c", file] });
        },
        (folder, process, at) => new Nginx(folder, process, at),
        address ?? "127.0.0.1",
        inNamespace);
}
