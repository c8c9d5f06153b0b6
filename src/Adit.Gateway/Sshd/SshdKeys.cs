using Adit.Core;
using Adit.Platform.Processes;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;
using Adit.Ssh.Keys;

namespace Adit.Gateway.Sshd;

/// <summary>Finds what a key permits a user: AuthorizedKeysFile, then AuthorizedKeysCommand. RevokedKeys overrules both.</summary>
/// <param name="config">The options for the connection and the user.</param>
/// <param name="account">The user.</param>
/// <param name="peer">Where the client is.</param>
/// <param name="host">Its verified host name; null where names are not looked up.</param>
/// <param name="log">Where it is told.</param>
/// <param name="time">The clock of expiry-time.</param>
internal sealed partial class SshdKeys(SshdConfig config, UserAccount account, SshdPeer peer, string? host, ISshdLog log, TimeProvider time)
{
    private readonly SshdTokens _tokens = new() { User = account.Name, UserId = account.UserId, Home = account.Home };

    /// <summary>What the key permits; null when it is not authorised.</summary>
    public async Task<KeyPermissions?> FindAsync(SshPublicKey key, CancellationToken cancellationToken)
    {
        if (key.IsTooShort(config.RequiredRsaSize))
        {
            log.Write(SshLogLevel.Info, "refusing RSA key: Invalid key length");
            return null;
        }

        if (config.RevokedKeys is { } revoked && (IsRevoked(revoked, key) || (key is SshCertificate shown && IsRevoked(revoked, shown.SignatureKey)))) return null;
        return await FindPermissionsAsync(key, cancellationToken).ConfigureAwait(false) is { } found
            ? found with { NoTouchRequired = found.NoTouchRequired && !config.TouchRequired, VerifyRequired = found.VerifyRequired || config.VerifyRequired }
            : null;
    }

    private async Task<KeyPermissions?> FindPermissionsAsync(SshPublicKey key, CancellationToken cancellationToken)
    {
        if (key is SshCertificate certificate && await FindByAuthorityAsync(certificate, cancellationToken).ConfigureAwait(false) is { } granted) return granted;
        foreach (string file in config.AuthorizedKeysFiles)
        {
            string path = _tokens.Path("AuthorizedKeysFile", file);
            if (await AccountFile.ReadAsync(path, account, config.StrictModes, log).ConfigureAwait(false) is not { } lines) continue;
            if (Find(lines, path, key) is { } permissions) return permissions;
        }

        return config.AuthorizedKeysCommand is null ? null : await AskAsync(key, cancellationToken).ConfigureAwait(false);
    }

    private KeyPermissions? Find(IEnumerable<string> lines, string file, SshPublicKey key)
    {
        AuthorizedKeys keys = AuthorizedKeys.FromLines(lines, file);
        foreach (string warning in keys.Warnings.Take(20)) log.Write(SshLogLevel.Debug1, warning);
        if (key is SshCertificate certificate) return FindByLine(keys, certificate);
        DateTimeOffset now = time.GetUtcNow();
        foreach (AuthorizedKeyEntry entry in keys.FindAll(key))
        {
            if (entry.Permissions.IsExpired(now))
            {
                log.Write(SshLogLevel.Info, $"{entry.File}:{entry.Line}: Authentication key has expired");
            }
            else if (!entry.Permissions.MaySource(Source, host))
            {
                log.Write(SshLogLevel.Info, $"Authentication tried for {account.Name} with correct key but not from a permitted host (host={host ?? peer.Address}, ip={peer.Address}).");
            }
            else
            {
                log.Write(SshLogLevel.Debug1, $"{entry.File}:{entry.Line}: matching key found: {Words(key)}");
                return entry.Permissions;
            }
        }

        return null;
    }

    private async Task<KeyPermissions?> AskAsync(SshPublicKey key, CancellationToken cancellationToken)
    {
        const string Keyword = "AuthorizedKeysCommand";
        try
        {
            IReadOnlyList<string> words = (_tokens with { OfKey = TokensOf(key) }).Command(Keyword, config.AuthorizedKeysCommand!);
            if (words.Count == 1) words = [.. words, account.Name];
            return Find(await AccountCommand.RunAsync(Keyword, words, RunAs(Keyword, config.AuthorizedKeysCommandUser), cancellationToken).ConfigureAwait(false), words[0], key);
        }
        catch (TunnelException e)
        {
            log.Write(SshLogLevel.Error, e.Message);
            return null;
        }
    }

    private UserAccount RunAs(string keyword, string? user) => UserAccount.Find((user ?? account.Name).Replace("%u", account.Name, StringComparison.Ordinal))
        ?? throw new TunnelException(TunnelError.BadConfiguration, $"{keyword}User \"{user}\" not found");

    private bool IsRevoked(string file, SshPublicKey key)
    {
        try
        {
            if (!RevokedKeys.Load(file).Contains(key)) return false;
            log.Write(SshLogLevel.Error, $"Authentication key {Words(key)} revoked by file {file}");
            return true;
        }
        catch (TunnelException e)
        {
            // sshd_config(5): where the file cannot be read, no key counts.
            log.Write(SshLogLevel.Error, $"Error checking authentication key {Words(key)} in revoked keys file {file}: {e.Message}");
            return true;
        }
    }

    /// <summary>A key as log lines name it, such as <c>ED25519 SHA256:…</c>.</summary>
    /// <param name="key">The key.</param>
    /// <param name="hash">FingerprintHash.</param>
    public static string Words(SshPublicKey key, string hash) => key is SshCertificate certificate
        ? $"{Kind(certificate.Certified)}-CERT {key.FingerprintBy(hash)} ID {Shown(certificate.KeyId)} (serial {certificate.Serial}) CA {Words(certificate.SignatureKey, hash)}"
        : $"{Kind(key)} {key.FingerprintBy(hash)}";

    private string Words(SshPublicKey key) => Words(key, config.FingerprintHash);

    private static string Shown(string text) => new([.. text.Take(100).Select(c => char.IsControl(c) ? '?' : c)]);

    private static string Kind(SshPublicKey key) => key.KeyType switch
    {
        "ssh-ed25519" => "ED25519",
        "ssh-rsa" => "RSA",
        var type when type.StartsWith("ecdsa-", StringComparison.Ordinal) => "ECDSA",
        "sk-ssh-ed25519@openssh.com" => "ED25519-SK",
        "sk-ecdsa-sha2-nistp256@openssh.com" => "ECDSA-SK",
        var type => type,
    };
}
