using System.Net;

namespace Adit.Ssh.Config.Server;

/// <summary>A connection as Match blocks see it. A test leaves out what it does not know: criteria of that kind then do not hold.</summary>
public sealed record SshdConnection
{
    /// <summary>The user who wants to log in.</summary>
    public string? User { get; init; }

    /// <summary>The client's verified host name, or its address.</summary>
    public string? Host { get; init; }

    /// <summary>The client's address.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>The address it connected to.</summary>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>The port it connected to.</summary>
    public int? LocalPort { get; init; }

    /// <summary>The routing domain.</summary>
    public string? RDomain { get; init; }

    /// <summary>The names of a user's groups; null where there is no such user.</summary>
    public Func<string, IReadOnlyList<string>?> FindGroups { get; init; } = static _ => null;
}
