namespace Adit.TestKit.Peers;

/// <summary>unbound(8) as Debian configures it, but for DNSSEC, which our zones have not, and for where it finds them: a recursive resolver by UDP and TCP.</summary>
public sealed class Unbound : PrivateService
{
    private Unbound(PeerFolder folder, PeerProcess process, int port)
        : base(folder, process, port)
    {
    }

    /// <param name="zone">The zone that it is sent to an authority for.</param>
    /// <param name="authority">That authority: address@port.</param>
    /// <param name="address">Where it listens.</param>
    /// <param name="port">The port; 0 for a free one.</param>
    /// <param name="at">The namespace.</param>
    /// <param name="settings">More lines for its server clause.</param>
    public static Task<Unbound> StartAsync(string zone, string authority, string address = "127.0.0.1", int port = 0, NetworkNamespace? at = null, params string[] settings) => StartAsync(
        "unbound",
        port,
        (folder, listen) =>
        {
            string file = folder.Write("unbound.conf", $"""
                server:
                  interface: {address}@{listen}
                  access-control: 0.0.0.0/0 allow
                  access-control: ::/0 allow
                  chroot: ""
                  username: ""
                  directory: "{folder.Path}"
                  pidfile: "{folder["pid"]}"
                  use-syslog: no
                  do-daemonize: no
                  do-not-query-localhost: no
                  module-config: "iterator"
                  local-zone: "{zone}" nodefault
                {string.Join('\n', settings.Select(s => "  " + s))}
                remote-control:
                  control-enable: no
                stub-zone:
                  name: "{zone}"
                  stub-addr: {authority}
                """ + "\n");
            return Task.FromResult(new PeerStart { Program = InstalledPeers.Find("unbound"), Arguments = ["-d", "-p", "-c", file] });
        },
        (folder, process, listen) => new Unbound(folder, process, listen),
        address,
        at);
}
