namespace Adit.Proxies.AccessLog;

/// <summary>What became of a request.</summary>
public enum ProxyVerdict
{
    /// <summary>It was served.</summary>
    Allowed,

    /// <summary>A rule, a limit or a missing password refused it.</summary>
    Denied,

    /// <summary>The destination was not reached, or the client broke its protocol.</summary>
    Failed,
}
