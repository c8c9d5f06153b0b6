namespace Adit.Ssh.Config;

/// <summary>UpdateHostKeys: whether further host keys that a server proves are recorded.</summary>
public enum UpdateHostKeys
{
    /// <summary>No.</summary>
    No,

    /// <summary>Yes.</summary>
    Yes,

    /// <summary>After asking.</summary>
    Ask,
}
