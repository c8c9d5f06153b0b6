namespace Adit.Ssh.Keys;

/// <summary>What the known_hosts files say of a host's key.</summary>
public enum KnownHostStatus
{
    /// <summary>No line names the host with a key of this type; <see cref="KnownHostResult.Others"/> may hold keys of other types.</summary>
    Unknown,

    /// <summary>A line has this key for the host.</summary>
    Match,

    /// <summary>Lines have other keys of this type for the host, and none has this one.</summary>
    Changed,

    /// <summary>A line revokes this key for the host.</summary>
    Revoked,
}
