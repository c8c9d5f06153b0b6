using System.Net;
using Adit.Platform.Accounts;
using Adit.Platform.Libc;
using Adit.Platform.Processes;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;

namespace Adit.Gateway.Sshd;

/// <summary>
/// One connection's login by sshd_config: the Match blocks for its user, who may log in, and with what. Nothing that a client learns tells whether
/// there is such a user.
/// </summary>
internal sealed class SshdLogin(SshdContext context, SshdPeer peer) : ILoginAuthority
{
    private readonly ISshdLog _log = context.Log;
    private string? _host;
    private SshdKeys? _keys;
    private ShadowEntry? _shadow;

    /// <summary>The options for the connection; the server's until the user has said a name.</summary>
    public SshdConfig Config { get; private set; } = context.Config;

    /// <summary>The account; null until its user is known and may log in.</summary>
    public UserAccount? Account { get; private set; }

    /// <summary>The name that was given; null before.</summary>
    public string? User { get; private set; }

    /// <summary>Whether there is a user of that name that may log in.</summary>
    public bool IsValid => Account is not null;

    /// <summary>Attempts that failed.</summary>
    public int Failures { get; private set; }

    public async ValueTask<LoginRules> BeginAsync(string user, CancellationToken cancellationToken)
    {
        User = Shown(user);
        if (context.Config.UseDns && peer.Source is { } source) _host = await FindHostAsync(source.Address, cancellationToken).ConfigureAwait(false);
        UserAccount? account = await AsAccount.RunAsync(null, () => UserAccount.Find(user)).ConfigureAwait(false);
        Config = context.Configuration.For(new SshdConnection
        {
            User = user,
            Host = _host ?? peer.Address,
            Address = peer.Source is { } from ? SshdPeer.Plain(from.Address) : null,
            LocalAddress = peer.Local is { } at ? SshdPeer.Plain(at.Address) : null,
            LocalPort = peer.Local?.Port,
            FindGroups = _ => account is null ? null : GroupNames.Of(account),
        });
        Judge(account);
        return new LoginRules
        {
            Methods = [.. Methods()],
            Required = Config.AuthenticationMethods,
            MaxAuthTries = Math.Max(1, Config.MaxAuthTries),
            Banner = ReadBanner(Config.Banner),
            SignatureAlgorithms = Config.PubkeyAcceptedAlgorithms,
            EmptyPasswords = Config.PermitEmptyPasswords && Config.PasswordAuthentication,
            KeepAliveInterval = Config.ClientAliveInterval,
            KeepAliveCountMax = SshdLimits.CountMax(Config),
            RekeyOctets = Config.RekeyOctets,
            RekeyInterval = Config.RekeyInterval,
        };
    }

    public async ValueTask<KeyPermissions?> FindAsync(string user, SshPublicKey key, IPEndPoint? source, CancellationToken cancellationToken) =>
        _keys is null ? null : await _keys.FindAsync(key, cancellationToken).ConfigureAwait(false);

    public async ValueTask<bool> CheckPasswordAsync(string user, string password, CancellationToken cancellationToken)
    {
        string? hash = IsValid && !(IsRoot && Config.PermitRootLogin != PermitRootLogin.Yes) && _shadow is { IsExpired: false } shadow ? shadow.PasswordHash : null;
        if (password.Length == 0) return hash is { Length: 0 } && Config.PermitEmptyPasswords;
        // An account without a password is entered without one, or not at all.
        bool right = await AsAccount.RunAsync(null, () => PasswordHash.Verify(password, hash is { Length: 0 } ? null : hash)).ConfigureAwait(false);
        if (!right || _shadow is not { MustChange: true }) return right;
        _log.Write(SshLogLevel.Info, $"password for {User} has expired; it cannot be changed here");
        return false;
    }

    public bool Admits(string user, string method, KeyPermissions? permissions)
    {
        if (!IsValid) return false;
        if (Config.RefuseConnection || Config.ChrootDirectory is not null)
        {
            _log.Write(SshLogLevel.Info, $"refused connection of {User} from {peer}: {(Config.RefuseConnection ? "RefuseConnection" : "ChrootDirectory is not available")}");
            return false;
        }

        if (!IsRoot) return true;
        bool admitted = Config.PermitRootLogin switch
        {
            PermitRootLogin.Yes => true,
            PermitRootLogin.No => false,
            PermitRootLogin.ForcedCommandsOnly => method == "publickey" && (permissions?.Command ?? Config.ForceCommand) is not null,
            _ => method == "publickey",
        };
        if (!admitted) _log.Write(SshLogLevel.Info, $"ROOT LOGIN REFUSED FROM {peer}");
        return admitted;
    }

    public void OnAttempt(LoginAttempt attempt)
    {
        Failures = attempt.Failures;
        string user = (IsValid ? "" : "invalid user ") + User;
        string key = attempt.Key is { } k ? $": {SshdKeys.Words(k, Config.FingerprintHash)}" : "";
        switch (attempt.Outcome)
        {
            case LoginOutcome.TooMany:
                _log.Write(SshLogLevel.Error, $"maximum authentication attempts exceeded for {user} from {peer} ssh2 [preauth]");
                break;
            case LoginOutcome.Failed:
                bool loud = !IsValid || attempt.Failures >= Config.MaxAuthTries / 2 || attempt.Method == "password";
                _log.Write(loud ? SshLogLevel.Info : SshLogLevel.Verbose, $"Failed {attempt.Method} for {user} from {peer} ssh2{key}");
                break;
            default:
                string how = attempt.Outcome.ToString();
                _log.Write(attempt.Outcome == LoginOutcome.Postponed ? SshLogLevel.Verbose : SshLogLevel.Info, $"{how} {attempt.Method} for {user} from {peer} ssh2{key}");
                break;
        }
    }

    private bool IsRoot => Account is { UserId: 0 };

    private void Judge(UserAccount? account)
    {
        if (account is null)
        {
            _log.Write(SshLogLevel.Info, $"Invalid user {User} from {peer}");
            return;
        }

        bool own = account.UserId == FileStatus.CurrentUser;
        bool isRootHere = FileStatus.CurrentUser == 0;
        _shadow = isRootHere ? ShadowEntry.Find(account.Name, context.Time.GetUtcNow()) : null;
        string? why = !own && !isRootHere
            ? $"User {User} not allowed because sshd runs as another user and not as root"
            : SshdAccess.WhyNot(Config, account, _shadow, peer.Source?.Address, _host ?? peer.Address);
        if (why is not null)
        {
            _log.Write(SshLogLevel.Info, why);
            return;
        }

        Account = account;
        _keys = new SshdKeys(Config, account, peer, _host, _log, context.Time);
    }

    private IEnumerable<string> Methods()
    {
        if (Config.PubkeyAuthentication) yield return "publickey";
        if (Config.PasswordAuthentication) yield return "password";
        if (Config.KbdInteractiveAuthentication) yield return "keyboard-interactive";
    }

    private string? ReadBanner(string? file)
    {
        if (file is null) return null;
        try
        {
            // Ours: as much as fits a packet with room to spare.
            string text = File.ReadAllText(file);
            return text.Length <= 16 * 1024 ? text : text[..(16 * 1024)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _log.Write(SshLogLevel.Debug1, $"Banner: {file}: {e.Message}");
            return null;
        }
    }

    // UseDNS: a name counts only where it leads back to the address.
    private static async Task<string?> FindHostAsync(IPAddress address, CancellationToken cancellationToken)
    {
        try
        {
            IPAddress plain = SshdPeer.Plain(address);
            string name = (await Dns.GetHostEntryAsync(plain.ToString(), cancellationToken).ConfigureAwait(false)).HostName.ToLowerInvariant();
            IPAddress[] back = await Dns.GetHostAddressesAsync(name, cancellationToken).ConfigureAwait(false);
            return IPAddress.TryParse(name, out _) || !back.Contains(plain) ? null : name;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return null;
        }
    }

    // Whoever is not logged in may send a name of some ten thousand octets, and characters that would break a line of the log.
    private static string Shown(string user) => new([.. user.Take(100).Select(c => char.IsControl(c) ? '?' : c)]);
}
