namespace Adit.Wire.Http;

/// <summary>What a head may take. Whoever receives holds <see cref="HeadLength"/> octets for a head that is not complete yet, and about twice that once it is.</summary>
public sealed record HttpLimits
{
    /// <summary>The defaults.</summary>
    public static HttpLimits Default { get; } = new();

    /// <summary>Octets of a whole head with its empty line. Default 32 KiB, four times what common servers take for one field.</summary>
    public int HeadLength { get; init; } = 32 * 1024;

    /// <summary>Octets of the request line or status line. Default 8192; RFC 9112 §3 recommends 8000 at least.</summary>
    public int StartLineLength { get; init; } = 8192;

    /// <summary>Field lines. Default 128.</summary>
    public int FieldCount { get; init; } = 128;
}
