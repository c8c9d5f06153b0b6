using System.Text;
using Adit.Core;

namespace Adit.Ssh.Keys;

/// <summary>
/// A file of revoked keys as RevokedHostKeys and RevokedKeys name it: a public key a line, with or without a comment, or a key revocation list (KRL) that
/// ssh-keygen -k made. Immutable.
/// </summary>
public sealed class RevokedKeys
{
    // Ours: serials take a bit, eight octets or a range; a file of this size names millions.
    private const int GreatestFile = 64 * 1024 * 1024;

    private readonly HashSet<string> _fingerprints = [];
    private readonly KeyRevocationList? _list;

    private RevokedKeys(KeyRevocationList? list) => _list = list;

    /// <summary>Reads a file.</summary>
    /// <exception cref="TunnelException">BadConfiguration: it cannot be read, a line is no public key, or the KRL is malformed.</exception>
    public static RevokedKeys Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        byte[] octets;
        try
        {
            if (new FileInfo(path).Length > GreatestFile) throw Bad(path, $"expected at most {GreatestFile} octets, got more");
            octets = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not TunnelException))
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: revoked keys: expected a file that can be read, got {e.Message}", null, e);
        }

        return Parse(octets, path);
    }

    /// <summary>Reads from memory.</summary>
    /// <param name="octets">What a file holds.</param>
    /// <param name="file">Named in errors.</param>
    /// <exception cref="TunnelException">BadConfiguration: a line is no public key, or the KRL is malformed.</exception>
    public static RevokedKeys Parse(ReadOnlySpan<byte> octets, string file)
    {
        if (KeyRevocationList.IsOne(octets)) return new RevokedKeys(KeyRevocationList.Decode(octets) ?? throw Bad(file, "expected a KRL that can be read whole, got another"));
        var keys = new RevokedKeys(null);
        int number = 0;
        foreach (string line in Encoding.UTF8.GetString(octets).Split('\n'))
        {
            number++;
            string text = line.Trim();
            if (text.Length == 0 || text[0] == '#') continue;
            if (!SshPublicKey.TryParse(text, out SshPublicKey? key, out _, out string? why)) throw Bad($"{file}:{number}", $"expected a public key: {why}");
            keys._fingerprints.Add(key.Fingerprint);
        }

        return keys;
    }

    /// <summary>Whether a key is revoked; a certificate also where its authority is.</summary>
    public bool Contains(SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_list is not null) return _list.Contains(key);
        return _fingerprints.Contains(key.Fingerprint) || (key is SshCertificate certificate && _fingerprints.Contains(certificate.SignatureKey.Fingerprint));
    }

    private static TunnelException Bad(string where, string what) => new(TunnelError.BadConfiguration, $"{where}: revoked keys: {what}");
}
