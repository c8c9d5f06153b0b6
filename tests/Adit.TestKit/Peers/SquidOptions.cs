namespace Adit.TestKit.Peers;

/// <summary>How a <see cref="Squid"/> is configured.</summary>
public sealed record SquidOptions
{
    /// <summary>The addresses it listens on.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = ["127.0.0.1", "::1"];

    /// <summary>0 chooses a free one.</summary>
    public int Port { get; init; }

    /// <summary>Users and passwords; without any, nobody is asked.</summary>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether Basic is offered to users.</summary>
    public bool OffersBasic { get; init; } = true;

    /// <summary>Whether Digest (MD5) is offered to users.</summary>
    public bool OffersDigest { get; init; } = true;

    /// <summary>How often a nonce of Digest may be used; 0 leaves squid's own limit.</summary>
    public int NonceUses { get; init; }

    /// <summary>The ports CONNECT reaches; null for every one, empty for none.</summary>
    public IReadOnlyList<int>? ConnectPorts { get; init; }

    /// <summary>Further lines, which come before those about access.</summary>
    public IReadOnlyList<string> Config { get; init; } = [];

    /// <summary>The network namespace it runs in; null for the tests' own.</summary>
    public string? Namespace { get; init; }
}
