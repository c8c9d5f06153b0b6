namespace Adit.Ssh.Keys;

/// <summary>The marker of a line of known_hosts.</summary>
public enum KnownHostMarker
{
    /// <summary>None: the key is a host's.</summary>
    None,

    /// <summary>@cert-authority: the key signs host certificates.</summary>
    CertAuthority,

    /// <summary>@revoked: the key is never accepted.</summary>
    Revoked,
}
