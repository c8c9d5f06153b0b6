using System.Diagnostics.CodeAnalysis;
using System.Net;
using Adit.Ssh.KeyExchange;

namespace Adit.Ssh.Keys;

/// <summary>
/// Whether a certificate is to be believed, once somebody trusts its authority: signature, kind, time, principals and critical options, in sshd's words
/// (OpenSSH PROTOCOL.certkeys; CERTIFICATES in ssh-keygen(1)). Holds no state.
/// </summary>
public static class CertificateJudge
{
    /// <summary>Judges a host's certificate.</summary>
    /// <param name="certificate">The certificate; its authority is trusted for the host.</param>
    /// <param name="host">The name by which the host was reached, or HostKeyAlias.</param>
    /// <param name="now">The time.</param>
    /// <param name="authorityAlgorithms">CASignatureAlgorithms; null for <see cref="SshAlgorithms.CertificateAuthority"/>.</param>
    /// <returns>Why it is refused; null when it vouches for the host.</returns>
    public static string? WhyNotHost(SshCertificate certificate, string host, DateTimeOffset now, IReadOnlyCollection<string>? authorityAlgorithms = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(host);
        if (WhyNot(certificate, CertificateKind.Host, now, authorityAlgorithms) is { } why) return why;
        if (certificate.Principals.Count > 0 && !certificate.Principals.Contains(host, StringComparer.OrdinalIgnoreCase)) return "Certificate invalid: name is not a listed principal";
        return certificate.CriticalOptions.Count > 0 ? $"Certificate for {host} contains unsupported critical options" : null;
    }

    /// <summary>Judges a user's certificate.</summary>
    /// <param name="certificate">The certificate; its authority is trusted for users.</param>
    /// <param name="principals">The names of which it must list one; empty where none will do.</param>
    /// <param name="requirePrincipals">Whether a certificate without principals, which is good for any name, is refused, as sshd does for TrustedUserCAKeys.</param>
    /// <param name="source">The address of the peer; null when it is not known.</param>
    /// <param name="now">The time.</param>
    /// <param name="permissions">What it permits by itself.</param>
    /// <param name="why">Why it is refused; null when it is not.</param>
    /// <param name="authorityAlgorithms">CASignatureAlgorithms; null for <see cref="SshAlgorithms.CertificateAuthority"/>.</param>
    public static bool TryGrant(
        SshCertificate certificate, IReadOnlyCollection<string> principals, bool requirePrincipals, IPAddress? source, DateTimeOffset now,
        [NotNullWhen(true)] out KeyPermissions? permissions, [NotNullWhen(false)] out string? why, IReadOnlyCollection<string>? authorityAlgorithms = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(principals);
        permissions = null;
        why = WhyNot(certificate, CertificateKind.User, now, authorityAlgorithms)
            ?? (certificate.Principals.Count == 0 && requirePrincipals ? "Certificate lacks principal list" : null)
            ?? (certificate.Principals.Count > 0 && !principals.Any(certificate.Principals.Contains) ? "Certificate invalid: name is not a listed principal" : null)
            ?? FaultOfOptions(certificate);
        if (why is not null) return false;
        KeyPermissions granted = PermissionsOf(certificate);
        if (!granted.MaySource(source))
        {
            why = "Certificate invalid: not valid for the address of the client";
            return false;
        }

        permissions = granted;
        return true;
    }

    /// <summary>Judges a user's certificate by a line of authorized_keys with cert-authority whose key is its authority (AUTHORIZED_KEYS FILE FORMAT in sshd(8)).</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="line">The options of the line.</param>
    /// <param name="user">The user name, a principal where the line has no principals=.</param>
    /// <param name="source">The address of the peer; null when it is not known.</param>
    /// <param name="now">The time.</param>
    /// <param name="permissions">What line and certificate both permit.</param>
    /// <param name="why">Why it is refused; null when it is not.</param>
    /// <param name="authorityAlgorithms">CASignatureAlgorithms; null for <see cref="SshAlgorithms.CertificateAuthority"/>.</param>
    /// <param name="hostName">The peer's verified host name, if that was looked up.</param>
    public static bool TryGrantByLine(
        SshCertificate certificate, KeyPermissions line, string user, IPAddress? source, DateTimeOffset now,
        [NotNullWhen(true)] out KeyPermissions? permissions, [NotNullWhen(false)] out string? why, IReadOnlyCollection<string>? authorityAlgorithms = null, string? hostName = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        ArgumentNullException.ThrowIfNull(line);
        permissions = null;
        string[] principals = line.Principals?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [user];
        why = !line.MaySource(source, hostName) ? "from"
            : line.IsExpired(now) ? "expiry-time"
            : line.Principals is not null && !principals.Any(certificate.Principals.Contains) ? "Certificate does not contain an authorized principal"
            : null;
        return why is null
            && TryGrant(certificate, principals, requirePrincipals: false, source, now, out KeyPermissions? granted, out why, authorityAlgorithms)
            && TryJoin(line, granted, out permissions, out why);
    }

    /// <summary>What both permit: of the options of a line, or of a file of principals, and of a certificate. Two commands that differ permit nothing.</summary>
    /// <param name="line">The permissions beside the certificate.</param>
    /// <param name="granted">Those of the certificate.</param>
    /// <param name="permissions">Both.</param>
    /// <param name="why">Why they cannot be joined; null when they can.</param>
    public static bool TryJoin(KeyPermissions line, KeyPermissions granted, [NotNullWhen(true)] out KeyPermissions? permissions, [NotNullWhen(false)] out string? why)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(granted);
        bool clash = line.Command is { } forced && granted.Command is { } other && forced != other;
        why = clash ? "Certificate and key options force different commands" : null;
        permissions = clash ? null : line with
        {
            CertAuthority = false,
            PortForwarding = line.PortForwarding && granted.PortForwarding,
            AgentForwarding = line.AgentForwarding && granted.AgentForwarding,
            X11Forwarding = line.X11Forwarding && granted.X11Forwarding,
            Pty = line.Pty && granted.Pty,
            UserRc = line.UserRc && granted.UserRc,
            NoTouchRequired = line.NoTouchRequired && granted.NoTouchRequired,
            VerifyRequired = line.VerifyRequired || granted.VerifyRequired,
            Command = line.Command ?? granted.Command,
        };
        return !clash;
    }

    private static string? WhyNot(SshCertificate certificate, CertificateKind kind, DateTimeOffset now, IReadOnlyCollection<string>? authorityAlgorithms)
    {
        if (certificate.Kind != kind) return kind == CertificateKind.User ? "Certificate invalid: not a user certificate" : "Certificate invalid: not a host certificate";
        if (now < certificate.ValidAfter) return "Certificate invalid: not yet valid";
        if (now >= certificate.ValidBefore) return "Certificate invalid: expired";
        return certificate.TryVerify(authorityAlgorithms ?? SshAlgorithms.Default.CertificateAuthority) ? null : "Certificate invalid: wrong signature, or by an algorithm that is not allowed";
    }

    private static string? FaultOfOptions(SshCertificate certificate)
    {
        foreach ((string name, string? value) in certificate.CriticalOptions)
        {
            string? fault = name switch
            {
                "force-command" when value is not null => null,
                "source-address" when value is not null => FaultOfSources(value),
                "verify-required" when value is null => null,
                _ => $"Certificate critical option \"{Printable(name)}\" is not supported",
            };
            if (fault is not null) return fault;
        }

        return null;
    }

    // Ranges and addresses only: a pattern, which a key's from= may hold, is none.
    private static string? FaultOfSources(string list) =>
        list.Split(',').All(item => item.Contains('/', StringComparison.Ordinal) ? IPNetwork.TryParse(item, out _) : IPAddress.TryParse(item, out _))
            ? null : "Certificate source-address contents invalid";

    private static KeyPermissions PermissionsOf(SshCertificate certificate) => new()
    {
        PortForwarding = certificate.Extensions.ContainsKey("permit-port-forwarding"),
        AgentForwarding = certificate.Extensions.ContainsKey("permit-agent-forwarding"),
        X11Forwarding = certificate.Extensions.ContainsKey("permit-X11-forwarding"),
        Pty = certificate.Extensions.ContainsKey("permit-pty"),
        UserRc = certificate.Extensions.ContainsKey("permit-user-rc"),
        NoTouchRequired = certificate.Extensions.ContainsKey("no-touch-required"),
        VerifyRequired = certificate.CriticalOptions.ContainsKey("verify-required"),
        Command = certificate.CriticalOptions.GetValueOrDefault("force-command"),
        From = certificate.CriticalOptions.GetValueOrDefault("source-address"),
    };

    private static string Printable(string name) => new([.. name.Take(64).Select(c => c is > ' ' and < '\x7f' ? c : '?')]);
}
