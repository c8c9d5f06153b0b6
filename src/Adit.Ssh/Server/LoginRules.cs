namespace Adit.Ssh.Server;

/// <summary>How one user logs in. Immutable.</summary>
public sealed record LoginRules
{
    /// <summary>The methods that are enabled, in the order in which they are offered.</summary>
    public required IReadOnlyList<string> Methods { get; init; }

    /// <summary>Lists of methods of which one must be completed in its order; empty: any one method is enough.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Required { get; init; } = [];

    /// <summary>Refused attempts after which the connection ends.</summary>
    public int MaxAuthTries { get; init; } = 6;

    /// <summary>A text that clients show before authentication; null for none.</summary>
    public string? Banner { get; init; }

    /// <summary>Signature algorithms of keys; null for those that the transport announces.</summary>
    public IReadOnlyList<string>? SignatureAlgorithms { get; init; }

    /// <summary>Whether "none" logs in who has an empty password.</summary>
    public bool EmptyPasswords { get; init; }

    /// <summary>Silence after which the client is asked for a sign of life once it is logged in; null as the connection's limits have it.</summary>
    public TimeSpan? KeepAliveInterval { get; init; }

    /// <summary>Unanswered questions after which it is taken for dead.</summary>
    public int KeepAliveCountMax { get; init; } = 3;

    /// <summary>Octets one way after which keys are exchanged anew; 0 as the transport's options have it.</summary>
    public long RekeyOctets { get; init; }

    /// <summary>The time after which they are; zero for never, null as the transport's options have it.</summary>
    public TimeSpan? RekeyInterval { get; init; }
}
