namespace Adit.Cli.Keygen;

/// <summary>What a command line of <c>adit keygen</c> asks for.</summary>
internal sealed record KeygenOptions
{
    /// <summary>-t: ed25519, rsa or ecdsa.</summary>
    public string Type { get; init; } = "ed25519";

    /// <summary>-b: bits; null for the type's usual size.</summary>
    public int? Bits { get; init; }

    /// <summary>-C: the comment; null for user@host.</summary>
    public string? Comment { get; init; }

    /// <summary>-f: the private key's file; null to ask, or for the usual place.</summary>
    public string? File { get; init; }

    /// <summary>-N: the new passphrase; empty for none, null to ask.</summary>
    public string? NewPassphrase { get; init; }

    /// <summary>-P: the passphrase that a file has now; null to ask.</summary>
    public string? OldPassphrase { get; init; }

    /// <summary>--passphrase-file: its first line is the new passphrase, and for -y the present one.</summary>
    public string? PassphraseFile { get; init; }

    /// <summary>-a: rounds of key derivation.</summary>
    public int Rounds { get; init; } = 16;

    /// <summary>-q: say nothing but errors.</summary>
    public bool Quiet { get; init; }
}
