using Adit.Core;

namespace Adit.Ssh.Keys;

/// <summary>
/// A file of revoked keys as RevokedHostKeys names it: a public key a line, with or without a comment. A key revocation list (KRL) of ssh-keygen's is
/// told apart and refused: what cannot be read must not pass for an empty list.
/// </summary>
public sealed class RevokedKeys
{
    private readonly HashSet<string> _fingerprints;

    private RevokedKeys(HashSet<string> fingerprints) => _fingerprints = fingerprints;

    /// <summary>Reads a file.</summary>
    /// <exception cref="TunnelException">BadConfiguration: it cannot be read, or a line is no public key.</exception>
    public static RevokedKeys Load(string path)
    {
        try
        {
            var fingerprints = new HashSet<string>();
            int number = 0;
            foreach (string line in File.ReadLines(path))
            {
                number++;
                if (number == 1 && line.StartsWith("SSHKRL", StringComparison.Ordinal)) throw Bad(path, "expected a public key a line, got a KRL, which is not there yet");
                string text = line.Trim();
                if (text.Length == 0 || text[0] == '#') continue;
                if (!SshPublicKey.TryParse(text, out SshPublicKey? key, out _, out string? why)) throw Bad($"{path}:{number}", $"expected a public key: {why}");
                fingerprints.Add(key.Fingerprint);
            }

            return new RevokedKeys(fingerprints);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not TunnelException))
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: revoked host keys: expected a file that can be read, got {e.Message}", null, e);
        }
    }

    /// <summary>Whether a key is revoked.</summary>
    public bool Contains(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return _fingerprints.Contains(key.Fingerprint);
    }

    private static TunnelException Bad(string where, string what) => new(TunnelError.BadConfiguration, $"{where}: revoked host keys: {what}");
}
