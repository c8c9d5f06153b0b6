namespace Adit.TestKit.Peers;

/// <summary>plink(1) of PuTTY with a home of its own, the server's key by fingerprint, and an identity in PuTTY's format.</summary>
public sealed class Plink : IDisposable
{
    private readonly PeerFolder _folder;
    private readonly SshTarget _target;
    private readonly string _identity;
    private readonly string[] _hostKeys;

    private Plink(PeerFolder folder, SshTarget target, string identity, string[] hostKeys)
    {
        _folder = folder;
        _target = target;
        _identity = identity;
        _hostKeys = hostKeys;
    }

    public static async Task<Plink> CreateAsync(SshTarget target, SshKeyFile identity)
    {
        PeerFolder folder = new("plink");
        try
        {
            string key = folder["identity.ppk"];
            (await ProcessRunner.RunAsync("puttygen", identity.PrivatePath, "-O", "private", "-o", key)).Succeeded();
            return new Plink(folder, target, key, [.. target.HostKeys.Select(Fingerprint)]);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    public PeerStart Command(IReadOnlyList<string> options, params string[] command) => new()
    {
        Program = "plink",
        Arguments =
        [
            "-ssh", "-batch", "-noagent", "-i", _identity, "-P", _target.Port.ToString(), "-l", _target.User,
            .. _hostKeys.SelectMany(k => new[] { "-hostkey", k }), .. options, _target.Host, .. command,
        ],
        Environment = new Dictionary<string, string?> { ["HOME"] = _folder.Path, ["SSH_AUTH_SOCK"] = null },
    };

    /// <summary>Starts "plink -N -v" with the given forwards; wait for the forwarded port with <see cref="Readiness"/>.</summary>
    public Task<PeerProcess> StartForwardingAsync(params string[] options) => PeerProcess.StartAsync(Command(["-N", "-v", .. options]));

    public void Dispose() => _folder.Dispose();

    private static string Fingerprint(string publicKey) =>
        "SHA256:" + Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(Convert.FromBase64String(publicKey.Split(' ')[1]))).TrimEnd('=');
}
