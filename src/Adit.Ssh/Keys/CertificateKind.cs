namespace Adit.Ssh.Keys;

/// <summary>Whom a certificate vouches for (OpenSSH PROTOCOL.certkeys).</summary>
public enum CertificateKind
{
    /// <summary>SSH_CERT_TYPE_USER.</summary>
    User = 1,

    /// <summary>SSH_CERT_TYPE_HOST.</summary>
    Host = 2,
}
