namespace Adit.Wire.Socks;

/// <summary>What a <see cref="SocksServerHandshake"/> accepts.</summary>
public sealed record SocksServerOptions
{
    /// <summary>Whether SOCKS4 and 4A are answered. Default true.</summary>
    public bool AllowSocks4 { get; init; } = true;

    /// <summary>
    /// Whether user name and password (RFC 1929) are required; then SOCKS4, which has no password, is refused. Default false: they are not asked for.
    /// </summary>
    public bool RequireCredentials { get; init; }
}
