using Adit.Core;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;
using Adit.Ssh.Keys;

namespace Adit.Gateway.Sshd;

/// <summary>Loads host keys as sshd does: what cannot be used is told, and one is enough.</summary>
internal static class SshdHostKeys
{
    /// <exception cref="TunnelException">There is none.</exception>
    public static List<SshPrivateKey> Load(SshdOptions options, SshdConfig config, ISshdLog log)
    {
        var keys = new List<SshPrivateKey>();
        IEnumerable<string> files = options.HostKeys.Count > 0 && !config.HasHostKeys ? options.HostKeys : options.HostKeys.Concat(config.HostKeys);
        foreach (string file in files.Distinct(StringComparer.Ordinal))
        {
            if (file.Equals("none", StringComparison.OrdinalIgnoreCase)) continue;
            try
            {
                if (!File.Exists(file))
                {
                    if (config.HasHostKeys || options.HostKeys.Count > 0) log.Write(SshLogLevel.Error, $"Unable to load host key: {file}");
                    continue;
                }

                SshPrivateKey key = SshPrivateKey.Load(file);
                if (WhyNot(key.PublicKey, config) is { } why)
                {
                    log.Write(SshLogLevel.Error, $"Host key {file}: {why}");
                    key.Dispose();
                    continue;
                }

                if (keys.Exists(k => k.PublicKey.KeyType == key.PublicKey.KeyType))
                {
                    // A second key of a type could never be negotiated.
                    key.Dispose();
                    continue;
                }

                keys.Add(key);
                log.Write(SshLogLevel.Debug1, $"private host key #{keys.Count - 1}: {key.PublicKey.KeyType} {key.PublicKey.FingerprintBy(config.FingerprintHash)}");
            }
            catch (TunnelException e)
            {
                log.Write(SshLogLevel.Error, $"Unable to load host key \"{file}\": {e.Message}");
            }
        }

        return keys.Count > 0 ? keys : throw new TunnelException(TunnelError.BadConfiguration, "sshd: no hostkeys available -- exiting.");
    }

    // As sshd(8) leaves out RSA keys that are too short. What the profile has no algorithm for could never be negotiated, so it is not announced either.
    private static string? WhyNot(SshPublicKey key, SshdConfig config) =>
        key.IsTooShort(config.RequiredRsaSize) ? "Invalid key length"
        : config.IsHardened && !key.SignatureAlgorithms.Any(config.HostKeyAlgorithms.Contains) ? $"AditProfile hardened: expected one of {string.Join(',', config.HostKeyAlgorithms)}, got {key.KeyType}"
        : null;

    /// <summary>Joins certificates with their keys; one that has none is told and left out.</summary>
    public static IReadOnlyList<ISshSigner> Certificates(SshdOptions options, SshdConfig config, IReadOnlyList<SshPrivateKey> keys, ISshdLog log)
    {
        var signers = new List<ISshSigner>();
        foreach (string file in options.HostCertificates.Concat(config.HostCertificates))
        {
            string? why = null;
            SshPublicKey? key = null;
            try
            {
                _ = SshPublicKey.TryParse(File.ReadAllText(file), out key, out _, out why);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                why = e.Message;
            }

            if (key is not SshCertificate { Kind: CertificateKind.Host } certificate)
            {
                log.Write(SshLogLevel.Error, $"Could not load host certificate \"{file}\": {why ?? "not a host certificate"}");
            }
            else if (keys.FirstOrDefault(k => k.PublicKey.Equals(certificate.Certified)) is { } own)
            {
                signers.Add(new CertificateSigner(certificate, own));
            }
            else
            {
                log.Write(SshLogLevel.Error, $"No matching private key for certificate: {file}");
            }
        }

        return signers;
    }
}
