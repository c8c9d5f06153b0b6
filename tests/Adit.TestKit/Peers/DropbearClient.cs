namespace Adit.TestKit.Peers;

/// <summary>dbclient(1) with a home of its own: the server's key in known_hosts, and an identity in dropbear's format.</summary>
public sealed class DropbearClient : IDisposable
{
    private readonly PeerFolder _folder;
    private readonly SshTarget _target;
    private readonly string _identity;

    private DropbearClient(PeerFolder folder, SshTarget target, string identity)
    {
        _folder = folder;
        _target = target;
        _identity = identity;
    }

    public static async Task<DropbearClient> CreateAsync(SshTarget target, SshKeyFile identity)
    {
        PeerFolder folder = new("dbclient");
        try
        {
            // dbclient looks a host up by its bare name, whatever the port.
            folder.Write(".ssh/known_hosts", string.Concat(target.HostKeys.Select(k => $"{target.Host} {k}\n")));
            string key = folder["identity"];
            (await ProcessRunner.RunAsync("dropbearconvert", "openssh", "dropbear", identity.PrivatePath, key)).Succeeded();
            return new DropbearClient(folder, target, key);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public PeerStart Command(IReadOnlyList<string> options, params string[] command) => new()
    {
        Program = "dbclient",
        Arguments = ["-i", _identity, "-p", _target.Port.ToString(), "-l", _target.User, .. options, _target.Host, .. command],
        Environment = new Dictionary<string, string?> { ["HOME"] = _folder.Path, ["SSH_AUTH_SOCK"] = null },
    };

    /// <summary>Starts "dbclient -N" with the given forwards; wait for the forwarded port with <see cref="Readiness"/>.</summary>
    public Task<PeerProcess> StartForwardingAsync(params string[] options) => PeerProcess.StartAsync(Command(["-N", "-T", .. options]));

    public void Dispose() => _folder.Dispose();
}
