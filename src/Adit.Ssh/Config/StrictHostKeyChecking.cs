namespace Adit.Ssh.Config;

/// <summary>StrictHostKeyChecking: what becomes of a host key that is not known. A changed key is refused by all but <see cref="Off"/>.</summary>
public enum StrictHostKeyChecking
{
    /// <summary>Ask the user; without one to ask, refuse.</summary>
    Ask,

    /// <summary>Refuse.</summary>
    Yes,

    /// <summary>Accept and record a key of an unknown host (<c>accept-new</c>).</summary>
    AcceptNew,

    /// <summary>Accept and record new keys; go on with a changed one, passwords and forwarding off (<c>no</c>, <c>off</c>).</summary>
    Off,
}
