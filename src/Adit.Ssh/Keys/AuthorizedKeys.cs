using System.Diagnostics.CodeAnalysis;
using System.Net;
using Adit.Core;

namespace Adit.Ssh.Keys;

/// <summary>
/// An authorized_keys file (AUTHORIZED_KEYS FILE FORMAT in sshd(8)). A line that cannot be read grants nothing and leaves a warning. Immutable.
/// </summary>
public sealed class AuthorizedKeys
{
    // Ours: sshd allows 8 KiB a line, which permits RSA keys of 16384 bits; many permitopen may need more.
    private const int GreatestLine = 64 * 1024;
    private const int GreatestFile = 64 * 1024 * 1024;

    private readonly Dictionary<SshPublicKey, List<AuthorizedKeyEntry>> _byKey = [];
    private readonly List<AuthorizedKeyEntry> _entries = [];
    private readonly List<string> _warnings = [];

    private AuthorizedKeys()
    {
    }

    /// <summary>Every line that grants something, in order.</summary>
    public IReadOnlyList<AuthorizedKeyEntry> Entries => _entries;

    /// <summary>What was refused, one line each: <i>file:line: what: expected, got</i>.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; one that does not exist counts as empty.</param>
    /// <param name="zone">Where an expiry-time without Z is read; null for the system's.</param>
    /// <exception cref="TunnelException">The file exists and cannot be read, or is longer than 64 MiB.</exception>
    public static AuthorizedKeys Load(string path, TimeZoneInfo? zone = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            if (!File.Exists(path)) return new AuthorizedKeys();
            if (new FileInfo(path).Length > GreatestFile)
                throw new TunnelException(TunnelError.BadConfiguration, $"{path}: authorized_keys: expected at most {GreatestFile} octets, got more");
            return FromLines(File.ReadLines(path), path, zone);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException and not TunnelException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: authorized_keys: expected a readable file, got {e.Message}", inner: e);
        }
    }

    /// <summary>Reads lines from memory.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="file">Named in warnings and entries.</param>
    /// <param name="zone">Where an expiry-time without Z is read; null for the system's.</param>
    public static AuthorizedKeys FromLines(IEnumerable<string> lines, string file, TimeZoneInfo? zone = null)
    {
        ArgumentNullException.ThrowIfNull(lines);
        AuthorizedKeys keys = new();
        int number = 0;
        foreach (string line in lines) keys.Read(line, file, ++number, zone ?? TimeZoneInfo.Local);
        return keys;
    }

    /// <summary>The first line with a key, whatever its options say of source and time; null when there is none. Lines of authorities are not a user's own.</summary>
    public AuthorizedKeyEntry? Find(SshPublicKey key) => FindAll(key) is [var first, ..] ? first : null;

    /// <summary>The first line with a key that admits a source at a time, as sshd chooses; null when there is none.</summary>
    /// <param name="key">The key.</param>
    /// <param name="source">The address of the peer; null when it is not known.</param>
    /// <param name="now">The time.</param>
    /// <param name="hostName">The peer's verified host name, if that was looked up.</param>
    public AuthorizedKeyEntry? Find(SshPublicKey key, IPAddress? source, DateTimeOffset now, string? hostName = null) =>
        FindAll(key).FirstOrDefault(e => e.Permissions.MaySource(source, hostName) && !e.Permissions.IsExpired(now));

    /// <summary>Every line with a key, in order.</summary>
    public IReadOnlyList<AuthorizedKeyEntry> FindAll(SshPublicKey key) => _byKey.TryGetValue(key, out List<AuthorizedKeyEntry>? entries) ? entries : [];

    /// <summary>Judges a certificate by the lines whose key is its authority (cert-authority), in order.</summary>
    /// <param name="certificate">The certificate.</param>
    /// <param name="user">The user name, a principal where a line has no principals=.</param>
    /// <param name="source">The address of the peer; null when it is not known.</param>
    /// <param name="now">The time.</param>
    /// <param name="permissions">What line and certificate both permit.</param>
    /// <param name="why">Why it was refused, with file and line where one names the authority; null when it was not.</param>
    /// <param name="authorityAlgorithms">CASignatureAlgorithms; null for the default.</param>
    /// <param name="hostName">The peer's verified host name, if that was looked up.</param>
    public bool TryGrant(
        SshCertificate certificate, string user, IPAddress? source, DateTimeOffset now, [NotNullWhen(true)] out KeyPermissions? permissions, [NotNullWhen(false)] out string? why,
        IReadOnlyCollection<string>? authorityAlgorithms = null, string? hostName = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        permissions = null;
        why = null;
        foreach (AuthorizedKeyEntry entry in _entries)
        {
            if (!entry.Permissions.CertAuthority || !entry.Key.Equals(certificate.SignatureKey)) continue;
            if (CertificateJudge.TryGrantByLine(certificate, entry.Permissions, user, source, now, out permissions, out string? reason, authorityAlgorithms, hostName)) return true;
            why ??= $"{entry.File}:{entry.Line}: {reason}";
        }

        why ??= "no cert-authority line has the certificate's authority";
        return false;
    }

    private void Read(string line, string file, int number, TimeZoneInfo zone)
    {
        ReadOnlySpan<char> text = line.AsSpan().Trim();
        if (text.IsEmpty || text[0] == '#') return;
        if (text.Length > GreatestLine)
        {
            _warnings.Add($"{file}:{number}: line: expected at most {GreatestLine} characters, got {text.Length}");
            return;
        }

        KeyPermissions? permissions = KeyPermissions.Unrestricted;
        if (!SshPublicKey.TryParse(text, out SshPublicKey? key, out string comment, out string? why))
        {
            // Not a key at its start: options come first. A line that begins with a key type has none, and its own fault is what to tell.
            int length = AuthorizedKeyOptions.LengthOf(text);
            bool hasOptions = length < text.Length && !IsKeyType(text[..length]);
            if (hasOptions && !AuthorizedKeyOptions.TryParse(text[..length], zone, out permissions, out why))
            {
                _warnings.Add($"{file}:{number}: {why}");
                return;
            }

            if (!hasOptions || !SshPublicKey.TryParse(text[length..], out key, out comment, out why))
            {
                _warnings.Add($"{file}:{number}: key: {why}");
                return;
            }
        }

        AuthorizedKeyEntry entry = new(file, number, key, permissions!, comment);
        _entries.Add(entry);
        if (entry.Permissions.CertAuthority) return;
        if (!_byKey.TryGetValue(key, out List<AuthorizedKeyEntry>? entries)) _byKey.Add(key, entries = []);
        entries.Add(entry);
    }

    private static bool IsKeyType(ReadOnlySpan<char> word) =>
        word.StartsWith("ssh-") || word.StartsWith("ecdsa-") || word.StartsWith("sk-");
}
