namespace Adit.TestKit.Peers;

/// <summary>stunnel(8): TLS in front of one TCP port of this machine.</summary>
public sealed class Stunnel : PrivateService
{
    private Stunnel(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <param name="certificate">What it shows.</param>
    /// <param name="backend">Where it leads, as "address:port".</param>
    public static Task<Stunnel> StartAsync(OpenSslCertificate certificate, string backend) => StartAsync(
        "stunnel",
        0,
        (folder, at) =>
        {
            string file = folder.Write("stunnel.conf", $"""
                foreground = yes
                syslog = no
                pid =
                [front]
                accept = 127.0.0.1:{at}
                connect = {backend}
                cert = {certificate.CertificateFile}
                key = {certificate.KeyFile}

                """);
            return Task.FromResult(new PeerStart { Program = "stunnel4", Arguments = [file] });
        },
        (folder, process, at) => new Stunnel(folder, process, at));
}
