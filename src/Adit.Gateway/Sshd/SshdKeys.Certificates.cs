using System.Net;
using Adit.Core;
using Adit.Ssh.Config;
using Adit.Ssh.Keys;

namespace Adit.Gateway.Sshd;

/// <summary>Certificates: lines with cert-authority, and TrustedUserCAKeys with the principals that the configuration names.</summary>
internal sealed partial class SshdKeys
{
    private IPAddress? Source => peer.Source is { } at ? SshdPeer.Plain(at.Address) : null;

    private KeyPermissions? FindByLine(AuthorizedKeys keys, SshCertificate certificate)
    {
        if (keys.TryGrant(certificate, account.Name, Source, time.GetUtcNow(), out KeyPermissions? permissions, out string? why, config.CaSignatureAlgorithms, host))
        {
            TellGranted(certificate, "authorized_keys");
            return permissions;
        }

        log.Write(SshLogLevel.Debug1, why);
        return null;
    }

    private async Task<KeyPermissions?> FindByAuthorityAsync(SshCertificate certificate, CancellationToken cancellationToken)
    {
        if (config.TrustedUserCaKeys is not { } file || !IsTrusted(file, certificate)) return null;
        KeyPermissions line = KeyPermissions.Unrestricted;
        string principal = account.Name;
        if (config.AuthorizedPrincipalsFile is not null || config.AuthorizedPrincipalsCommand is not null)
        {
            if (await FindPrincipalAsync(certificate, cancellationToken).ConfigureAwait(false) is not { } found)
            {
                log.Write(SshLogLevel.Info, "Certificate does not contain an authorized principal");
                return null;
            }

            (principal, line) = found;
        }

        DateTimeOffset now = time.GetUtcNow();
        string? why = line.IsExpired(now) ? "expiry-time" : line.MaySource(Source, host) ? null : "from";
        if (why is null
            && CertificateJudge.TryGrant(certificate, [principal], requirePrincipals: true, Source, now, out KeyPermissions? granted, out why, config.CaSignatureAlgorithms)
            && CertificateJudge.TryJoin(line, granted, out KeyPermissions? both, out why))
        {
            TellGranted(certificate, file);
            return both;
        }

        log.Write(SshLogLevel.Info, why!);
        return null;
    }

    private async Task<(string Principal, KeyPermissions Line)?> FindPrincipalAsync(SshCertificate certificate, CancellationToken cancellationToken)
    {
        if (config.AuthorizedPrincipalsFile is { } file)
        {
            string path = _tokens.Path("AuthorizedPrincipalsFile", file);
            if (await AccountFile.ReadAsync(path, account, config.StrictModes, log).ConfigureAwait(false) is { } lines
                && AuthorizedPrincipals.TryFind(lines, certificate, out string? principal, out KeyPermissions? permissions)) return (principal, permissions);
        }

        if (config.AuthorizedPrincipalsCommand is not { } command) return null;
        const string Keyword = "AuthorizedPrincipalsCommand";
        try
        {
            IReadOnlyList<string> words = (_tokens with { OfKey = TokensOf(certificate) }).Command(Keyword, command);
            if (words.Count == 1) words = [.. words, account.Name];
            IReadOnlyList<string> said = await AccountCommand.RunAsync(Keyword, words, RunAs(Keyword, config.AuthorizedPrincipalsCommandUser), cancellationToken).ConfigureAwait(false);
            return AuthorizedPrincipals.TryFind(said, certificate, out string? principal, out KeyPermissions? permissions) ? (principal, permissions) : null;
        }
        catch (TunnelException e)
        {
            log.Write(SshLogLevel.Error, e.Message);
            return null;
        }
    }

    private bool IsTrusted(string file, SshCertificate certificate)
    {
        try
        {
            bool trusted = AuthorizedKeys.FromLines(File.ReadLines(file), file).Entries.Any(e => e.Key.Equals(certificate.SignatureKey));
            if (!trusted) log.Write(SshLogLevel.Verbose, $"CA {Words(certificate.SignatureKey)} is not listed in {file}");
            return trusted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Write(SshLogLevel.Error, $"Could not open user certificate authorities {file}: {e.Message}");
            return false;
        }
    }

    private void TellGranted(SshCertificate certificate, string via) => log.Write(
        SshLogLevel.Verbose, $"Accepted certificate ID \"{certificate.KeyId}\" (serial {certificate.Serial}) signed by {Words(certificate.SignatureKey)} via {via}");

    // sshd_config(5), TOKENS
    private static Dictionary<char, string> TokensOf(SshPublicKey key)
    {
        var tokens = new Dictionary<char, string> { ['f'] = key.Fingerprint, ['k'] = Convert.ToBase64String(key.Blob.Span), ['t'] = key.KeyType };
        if (key is not SshCertificate certificate) return tokens;
        tokens['F'] = certificate.SignatureKey.Fingerprint;
        tokens['K'] = Convert.ToBase64String(certificate.SignatureKey.Blob.Span);
        tokens['T'] = certificate.SignatureKey.KeyType;
        tokens['i'] = certificate.KeyId;
        tokens['s'] = certificate.Serial.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return tokens;
    }
}
