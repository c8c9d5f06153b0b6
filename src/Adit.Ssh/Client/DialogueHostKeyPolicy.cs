using Adit.Core;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Client;

/// <summary>Judges host keys as ssh(1) does, in its words: by known_hosts, StrictHostKeyChecking, and by asking.</summary>
internal sealed partial class DialogueHostKeyPolicy : IHostKeyPolicy
{
    // OpenSSH's banner around its gravest warnings (sshconnect.c).
    private const string Fence = "@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@";

    private readonly SshConfig _config;
    private readonly IUserDialogue _dialogue;
    private readonly Lazy<KnownHosts> _knownHosts;
    private readonly Lazy<KnownHosts> _forOrder;
    private readonly string _host;
    private readonly int _port;

    public DialogueHostKeyPolicy(SshConfig config, IUserDialogue dialogue)
    {
        _config = config;
        _dialogue = dialogue;
        _knownHosts = new Lazy<KnownHosts>(() => KnownHosts.Load([.. config.UserKnownHostsFiles, .. config.GlobalKnownHostsFiles]));
        _forOrder = new Lazy<KnownHosts>(() => With("ORDER", _knownHosts.Value, _host!, null));
        // ssh_config(5): an alias stands for host and port both.
        (_host, _port) = config.HostKeyAlias is { } alias ? (alias, SshConfig.DefaultPort) : (config.HostName, config.Port);
    }

    /// <summary>Whether a key was let pass though it is not the known one: nothing that a stranger could abuse may go over the connection.</summary>
    public bool IsSuspect { get; private set; }

    /// <summary>Whether the user trusts the key by a line of their own files, or has just said so: what the server then proves counts as much.</summary>
    public bool IsTrustedByUser { get; private set; }

    /// <summary>The server's own address, where it is dialled directly; CheckHostIP looks it up too.</summary>
    public System.Net.IPAddress? Address { get; set; }

    /// <summary>Under which name and port known_hosts knows the host.</summary>
    public (string Name, int Port) Host => (_host, _port);

    private string Name => KnownHosts.NameOf(_host, _port);

    public IReadOnlyList<string> KnownAlgorithms(string host, int port) => _config.HasHostKeyAlgorithms ? [] : _forOrder.Value.AlgorithmsFor(_host, _port);

    public async ValueTask VerifyAsync(string host, int port, SshPublicKey key, CancellationToken cancellationToken)
    {
        if (_config.NoHostAuthenticationForLocalhost && IsLoopback(_config.HostName)) return;
        if (_config.RevokedHostKeys is { } revoked && RevokedKeys.Load(revoked).Contains(key))
        {
            TellRevoked(key, revoked);
            throw Failed(TunnelError.HostKeyRevoked);
        }

        KnownHosts known = With("HOSTNAME", _knownHosts.Value, Name, key);
        KnownHostResult result = known.Lookup(_host, _port, key);
        bool isCertificate = key is SshCertificate;
        if (key is SshCertificate certificate)
        {
            if (result.Status != KnownHostStatus.Revoked)
            {
                if (known.IsCertified(_host, _port, certificate, DateTimeOffset.UtcNow, out string? why, _config.CaSignatureAlgorithms)) return;
                if (why is not null) _dialogue.Tell(why);
            }

            // As ssh(1): what no known authority vouches for may still be known by itself.
            key = certificate.Certified;
        }

        switch (result.Status)
        {
            case KnownHostStatus.Match:
                IsTrustedByUser = !isCertificate && _config.UserKnownHostsFiles.Contains(result.Entry!.File);
                await CheckAddressAsync(key, result.Entry, isCertificate, cancellationToken).ConfigureAwait(false);
                if (_config.VisualHostKey) _dialogue.Tell($"Host key fingerprint is {Shown(key)}\n{Picture(key)}");
                return;
            case KnownHostStatus.Revoked:
                TellRevoked(key, $"{result.Entry?.File}:{result.Entry?.Line}");
                throw Failed(TunnelError.HostKeyRevoked);
            case KnownHostStatus.Changed:
                TellChanged(key, result.Entry!);
                if (_config.StrictHostKeyChecking != StrictHostKeyChecking.Off)
                {
                    _dialogue.Tell($"Host key for {Name} has changed and you have requested strict checking.");
                    throw Failed(TunnelError.HostKeyChanged);
                }

                IsSuspect = true;
                return;
            default:
                await JudgeUnknownAsync(key, result, cancellationToken).ConfigureAwait(false);
                if (_config.UserKnownHostsFiles.Count > 0) await CheckAddressAsync(key, null, isCertificate: false, cancellationToken).ConfigureAwait(false);
                return;
        }
    }

    private static TunnelException Failed(TunnelError error) => new(error, "Host key verification failed.");

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || (System.Net.IPAddress.TryParse(host, out System.Net.IPAddress? address) && System.Net.IPAddress.IsLoopback(address));

    // The short names by which OpenSSH tells types of keys (sshkey_type).
    internal static string TypeOf(SshPublicKey key) => key.KeyType switch
    {
        "ssh-ed25519" => "ED25519",
        "ssh-rsa" => "RSA",
        _ when key.KeyType.StartsWith("ecdsa-", StringComparison.Ordinal) => "ECDSA",
        "sk-ssh-ed25519@openssh.com" => "ED25519-SK",
        "sk-ecdsa-sha2-nistp256@openssh.com" => "ECDSA-SK",
        _ => key.KeyType,
    };

    private async ValueTask JudgeUnknownAsync(SshPublicKey key, KnownHostResult result, CancellationToken cancellationToken)
    {
        string type = TypeOf(key);
        switch (_config.StrictHostKeyChecking)
        {
            case StrictHostKeyChecking.Yes:
                _dialogue.Tell($"No {type} host key is known for {Name} and you have requested strict checking.");
                throw Failed(TunnelError.HostKeyUnknown);
            case StrictHostKeyChecking.Ask when !await AskAsync(key, result, cancellationToken).ConfigureAwait(false):
                throw Failed(TunnelError.HostKeyUnknown);
        }

        IsTrustedByUser = _config.StrictHostKeyChecking == StrictHostKeyChecking.Ask;
        if (_config.UserKnownHostsFiles.Count == 0) return;
        try
        {
            _knownHosts.Value.Add(_host, _port, key, _config.HashKnownHosts);
            string also = "";
            if (AddressName is { } address && With("ADDRESS", _knownHosts.Value, address, key).Lookup(Address!.ToString(), _port, key).Status == KnownHostStatus.Unknown)
            {
                _knownHosts.Value.Add(Address.ToString(), _port, key, _config.HashKnownHosts);
                also = $",{address}";
            }

            _dialogue.Tell($"Warning: Permanently added '{Name}{also}' ({type}) to the list of known hosts.");
        }
        catch (TunnelException e)
        {
            _dialogue.Tell($"Failed to add the host to the list of known hosts ({_config.UserKnownHostsFiles[0]}): {e.Message}");
        }
    }

    private async ValueTask<bool> AskAsync(SshPublicKey key, KnownHostResult result, CancellationToken cancellationToken)
    {
        if (_config.BatchMode) return false;
        string others = result.Others.Count > 0
            ? "This host is known by keys of other types:\n" + string.Concat(result.Others.Select(o => $"    {o.File}:{o.Line}: {TypeOf(o.Key)}\n"))
            : "This key is not known by any other names.\n";
        string question = $"The authenticity of host '{Name}' can't be established.\n{TypeOf(key)} key fingerprint is {Shown(key)}.\n{(_config.VisualHostKey ? Picture(key) + "\n" : "")}{others}"
            + "Are you sure you want to continue connecting (yes/no/[fingerprint])? ";
        while (true)
        {
            string? answer = await _dialogue.AskAsync(question, isSecret: false, cancellationToken).ConfigureAwait(false);
            switch (answer?.Trim())
            {
                case null or "" or "no":
                    return false;
                case "yes":
                    return true;
                case var text when text == key.Fingerprint || text == Shown(key):
                    return true;
                default:
                    question = "Please type 'yes', 'no' or the fingerprint: ";
                    break;
            }
        }
    }

    private void TellChanged(SshPublicKey key, KnownHostEntry entry)
    {
        string type = TypeOf(key);
        string file = _config.UserKnownHostsFiles.Count > 0 ? _config.UserKnownHostsFiles[0] : entry.File;
        _dialogue.Tell(
            $"{Fence}\n@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\n{Fence}\n"
            + "IT IS POSSIBLE THAT SOMEONE IS DOING SOMETHING NASTY!\n"
            + "Someone could be eavesdropping on you right now (man-in-the-middle attack)!\n"
            + "It is also possible that a host key has just been changed.\n"
            + $"The fingerprint for the {type} key sent by the remote host is\n{Shown(key)}.\n"
            + "Please contact your system administrator.\n"
            + $"Add correct host key in {file} to get rid of this message.\n"
            + $"Offending {TypeOf(entry.Key)} key in {entry.File}:{entry.Line}\n"
            + $"  remove with:\n  ssh-keygen -f \"{entry.File}\" -R \"{Name}\"");
    }

    private void TellRevoked(SshPublicKey key, string where) => _dialogue.Tell(
        $"{Fence}\n@       WARNING: REVOKED HOST KEY DETECTED!               @\n{Fence}\n"
        + $"The {TypeOf(key)} host key for {Name} is marked as revoked.\n"
        + "This could mean that a stolen key is being used to impersonate this host.\n"
        + $"It is marked in {where}.");
}
