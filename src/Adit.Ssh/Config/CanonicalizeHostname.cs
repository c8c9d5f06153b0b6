namespace Adit.Ssh.Config;

/// <summary>CanonicalizeHostname: whether the host's full name is looked up and the configuration read again for it.</summary>
public enum CanonicalizeHostname
{
    /// <summary>Never.</summary>
    No,

    /// <summary>Where no proxy stands before the host.</summary>
    Yes,

    /// <summary>Behind proxies too.</summary>
    Always,
}
