namespace Adit.TestKit.Peers;

/// <summary>BIND's named(8) with its defaults, but for DNSSEC, which our zones have not, for where it finds them, and for its log, which is a file beside (it has a line for every long name): a recursive resolver by UDP and TCP.</summary>
public sealed class Bind : PrivateService
{
    private Bind(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <summary>A line that stands by itself.</summary>
    private static bool IsClause(string line) => line.StartsWith("tls ", StringComparison.Ordinal);

    /// <param name="zone">The zone that it is sent to an authority for.</param>
    /// <param name="authority">That authority's address.</param>
    /// <param name="authorityPort">Its port.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="at">The namespace.</param>
    /// <param name="options">More lines for its options clause; those that begin with <c>tls </c> stand before it.</param>
    public static Task<Bind> StartAsync(string zone, string authority, int authorityPort, string address = "127.0.0.1", int port = 0, NetworkNamespace? at = null, params string[] options) => StartAsync(
        "bind",
        port,
        (folder, listen) =>
        {
            string file = folder.Write("named.conf", $$"""
                {{string.Join('\n', options.Where(IsClause))}}
                options {
                  directory "{{folder.Path}}";
                  pid-file none;
                  session-keyfile none;
                  listen-on port {{listen}} { {{address}}; };
                  listen-on-v6 { none; };
                  allow-query { any; };
                  allow-recursion { any; };
                  recursion yes;
                  dnssec-validation no;
                  empty-zones-enable no;
                {{string.Join('\n', options.Where(o => !IsClause(o)).Select(s => "  " + s))}}
                };
                logging { channel all { file "named.log"; severity info; }; category default { all; }; };
                controls { };
                zone "{{zone}}" { type static-stub; server-addresses { {{authority}}; }; };
                """ + "\n");
            if (authorityPort != 53) File.WriteAllText(file, File.ReadAllText(file).Replace("type static-stub; server-addresses { " + authority + "; };", $"type forward; forward only; forwarders {{ {authority} port {authorityPort}; }};", StringComparison.Ordinal));
            return Task.FromResult(new PeerStart { Program = InstalledPeers.Find("named"), Arguments = ["-f", "-n", "2", "-c", file] });
        },
        (folder, process, listen) => new Bind(folder, process, listen),
        address,
        at);
}
