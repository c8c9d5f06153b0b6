namespace Adit.TestKit.Peers;

/// <summary>cupsd(8), which demands TLS of every request and upgrades to it within HTTP (RFC 2817). Needs root.</summary>
public sealed class Cups : PrivateService
{
    private Cups(PeerFolder folder, PeerProcess process, int port, OpenSslCertificate certificate)
        : base(folder, process, port) => Certificate = certificate;

    public OpenSslCertificate Certificate { get; }

    public static async Task<Cups> StartAsync()
    {
        OpenSslCertificate? certificate = null;
        return await StartAsync(
            "cups",
            0,
            async (folder, at) =>
            {
                foreach (string name in "ssl cache spool state tmp".Split(' ')) Directory.CreateDirectory(folder[name]);
                certificate = await OpenSslCertificate.MakeAsync(folder);
                File.Copy(certificate.CertificateFile, folder["ssl/localhost.crt"]);
                File.Copy(certificate.KeyFile, folder["ssl/localhost.key"]);
                string config = folder.Write("cupsd.conf", $"""
                    Listen 127.0.0.1:{at}
                    ServerName localhost
                    ServerAlias *
                    Browsing Off
                    DefaultAuthType None
                    DefaultEncryption Required
                    WebInterface No
                    <Location />
                    Encryption Required
                    Order allow,deny
                    Allow all
                    </Location>

                    """);
                string files = folder.Write("cups-files.conf", $"""
                    ServerRoot {folder.Path}
                    ServerKeychain {folder["ssl"]}
                    CreateSelfSignedCerts no
                    CacheDir {folder["cache"]}
                    RequestRoot {folder["spool"]}
                    StateDir {folder["state"]}
                    TempDir {folder["tmp"]}
                    ErrorLog stderr
                    AccessLog stderr
                    PageLog stderr
                    SystemGroup root

                    """);
                return new PeerStart { Program = InstalledPeers.Find("cupsd"), Arguments = ["-f", "-c", config, "-s", files] };
            },
            (folder, process, at) => new Cups(folder, process, at, certificate!));
    }
}
