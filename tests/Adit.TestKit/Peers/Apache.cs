namespace Adit.TestKit.Peers;

/// <summary>apache2(8) as a proxy for CONNECT (mod_proxy_connect), as user www-data, with Basic or Digest. Needs root.</summary>
public sealed class Apache : PrivateService
{
    private const string Realm = "apache";

    private Apache(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <param name="authentication">"Basic", "Digest", or null for none; for user alice with password secret.</param>
    /// <param name="config">Further lines; files of the folder are below /mnt.</param>
    public static Task<Apache> StartAsync(string? authentication = null, params string[] config) => StartAsync(
        "apache",
        0,
        async (folder, at) =>
        {
            const string modules = "/usr/lib/apache2/modules";
            string[] names = ["mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "auth_digest", "socache_shmcb", "ssl", "proxy", "proxy_connect"];
            string hash = (await ProcessRunner.RunAsync("openssl", "passwd", "-apr1", "secret")).Succeeded().Text.Trim();
            folder.Write("basic", $"alice:{hash}\n");
#pragma warning disable CA5351 // htdigest's form
            folder.Write("digest", $"alice:{Realm}:{Convert.ToHexStringLower(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes($"alice:{Realm}:secret")))}\n");
#pragma warning restore CA5351
            folder.Write("httpd.conf", $"""
                ServerRoot /mnt
                ServerName localhost
                Listen 127.0.0.1:{at}
                Listen [::1]:{at}
                PidFile /mnt/pid
                Mutex pthread
                {string.Join('\n', names.Select(n => $"LoadModule {n}_module {modules}/mod_{n}.so"))}
                ErrorLog /mnt/error.log
                DocumentRoot /mnt
                ProxyRequests On
                AllowCONNECT 0-65535
                {string.Join('\n', config)}
                <Proxy "*">
                {(authentication is null ? "Require all granted" : $"AuthType {authentication}\nAuthName {Realm}\nAuth{(authentication == "Digest" ? "Digest" : "Basic")}Provider file\nAuthUserFile /mnt/{authentication.ToLowerInvariant()}\nRequire valid-user")}
                </Proxy>

                """);
            return await Unprivileged.CommandAsync("www-data", folder, null, InstalledPeers.Find("apache2"), "-D", "FOREGROUND", "-f", "/mnt/httpd.conf");
        },
        (folder, process, at) => new Apache(folder, process, at));
}
