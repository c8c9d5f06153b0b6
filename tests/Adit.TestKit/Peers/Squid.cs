using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Adit.TestKit.Peers;

/// <summary>A private squid(8), as user proxy, without a cache on disk. Needs root.</summary>
public sealed class Squid : IAsyncDisposable
{
    private const string Realm = "squid";
    private readonly PeerFolder _folder;

    private Squid(PeerFolder folder, PeerProcess process, int port)
    {
        _folder = folder;
        Process = process;
        Port = port;
    }

    public PeerProcess Process { get; }

    public int Port { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Port);

    /// <summary>A line for each request so far: "…  RESULT/STATUS OCTETS METHOD TARGET USER …".</summary>
    public string AccessLog => File.Exists(_folder["access.log"]) ? File.ReadAllText(_folder["access.log"]) : "";

    public static async Task<Squid> StartAsync(SquidOptions? options = null)
    {
        options ??= new SquidOptions();
        int port = options.Port == 0 ? Ports.Free() : options.Port;
        PeerFolder folder = new("squid");
        PeerProcess? process = null;
        try
        {
            foreach ((string user, string password) in options.Users)
            {
                string hash = (await ProcessRunner.RunAsync("openssl", "passwd", "-apr1", password)).Succeeded().Text.Trim();
                File.AppendAllText(folder["basic"], $"{user}:{hash}\n");
                File.AppendAllText(folder["digest"], $"{user}:{Realm}:{Convert.ToHexStringLower(MD5.HashData(Encoding.UTF8.GetBytes($"{user}:{Realm}:{password}")))}\n");
            }

            folder.Write("squid.conf", Config(options, port));
            // A name of its own keeps apart what several squids would share.
            process = await PeerProcess.StartAsync(
                await Unprivileged.CommandAsync("proxy", folder, options.Namespace, InstalledPeers.Find("squid"), "-N", "-d", "1", "-n", $"adit{port}", "-f", $"{Unprivileged.Folder}/squid.conf"));
            if (options.Namespace is null) await Readiness.WaitForListenerAsync(new IPEndPoint(IPAddress.Parse(options.Addresses[0]), port), process);
            else await process.WaitForErrorLineAsync(l => l.Contains("Accepting HTTP Socket connections", StringComparison.Ordinal), "a line that it listens");
            return new Squid(folder, process, port);
        }
        catch
        {
            if (process is not null) await process.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        _folder.Dispose();
    }

    private static string Config(SquidOptions options, int port)
    {
        StringBuilder config = new();
        foreach (string address in options.Addresses) config.Append($"http_port {(address.Contains(':') ? $"[{address}]" : address)}:{port}\n");
        config.Append($"""
            pid_filename none
            access_log stdio:{Unprivileged.Folder}/access.log
            buffered_logs off
            cache_log {Unprivileged.Folder}/cache.log
            cache_store_log none
            coredump_dir none
            netdb_filename none
            logfile_rotate 0
            pinger_enable off
            shutdown_lifetime 0 seconds
            visible_hostname squid.test
            cache_mem 8 MB

            """);
        if (options.Users.Count > 0)
        {
            if (options.OffersBasic)
            {
                config.Append($"auth_param basic program /usr/lib/squid/basic_ncsa_auth {Unprivileged.Folder}/basic\nauth_param basic children 1\nauth_param basic realm {Realm}\n");
            }

            if (options.OffersDigest)
            {
                config.Append($"auth_param digest program /usr/lib/squid/digest_file_auth -c {Unprivileged.Folder}/digest\nauth_param digest children 1\nauth_param digest realm {Realm}\n");
                if (options.NonceUses > 0) config.Append($"auth_param digest nonce_max_count {options.NonceUses}\n");
            }
        }

        foreach (string line in options.Config) config.Append(line).Append('\n');
        if (options.ConnectPorts is { } ports)
        {
            config.Append("acl tunnels method CONNECT\n");
            if (ports.Count > 0) config.Append($"acl permitted port {string.Join(' ', ports)}\nhttp_access deny tunnels !permitted\n");
            else config.Append("http_access deny tunnels\n");
        }

        config.Append(options.Users.Count > 0 ? "acl known proxy_auth REQUIRED\nhttp_access allow known\n" : "http_access allow all\n");
        return config.Append("http_access deny all\n").ToString();
    }
}
