using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Adit.Core;
using Adit.Ssh.KeyExchange;

namespace Adit.Ssh.Keys;

/// <summary>
/// The known_hosts files of a client (SSH_KNOWN_HOSTS FILE FORMAT in sshd(8)), the user's first. A line that cannot be read is skipped and
/// leaves a warning. Lookups are safe from several threads; <see cref="Add"/> is not.
/// </summary>
public sealed partial class KnownHosts
{
    private const int DefaultPort = 22;

    // Ours: a file of ten thousand hosts takes about 4 MiB.
    private const int GreatestFile = 64 * 1024 * 1024;

    private static readonly SearchValues<char> PatternCharacters = SearchValues.Create(" \t\r\n,*?!|#@");

    private readonly List<KnownHostEntry> _entries = [];
    private readonly List<string> _warnings = [];
    private readonly IReadOnlyList<string> _files;

    private KnownHosts(IReadOnlyList<string> files) => _files = files;

    /// <summary>Every line that could be read, in order.</summary>
    public IReadOnlyList<KnownHostEntry> Entries => _entries;

    /// <summary>What was skipped, one line each: <i>file:line: what: expected, got</i>.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>Reads the files; those that do not exist count as empty.</summary>
    /// <param name="files">The user's file, to which <see cref="Add"/> writes, and others.</param>
    /// <exception cref="TunnelException">A file exists and cannot be read, or is longer than 64 MiB.</exception>
    public static KnownHosts Load(params IReadOnlyList<string> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        KnownHosts hosts = new(files);
        foreach (string file in files)
        {
            try
            {
                if (!File.Exists(file)) continue;
                if (new FileInfo(file).Length > GreatestFile)
                    throw new TunnelException(TunnelError.BadConfiguration, $"{file}: known_hosts: expected at most {GreatestFile} octets, got more");
                hosts.Parse(File.ReadLines(file), file);
            }
            catch (Exception e) when (e is UnauthorizedAccessException or IOException and not TunnelException)
            {
                throw new TunnelException(TunnelError.BadConfiguration, $"{file}: known_hosts: expected a readable file, got {e.Message}", inner: e);
            }
        }

        return hosts;
    }

    /// <summary>Reads lines from memory.</summary>
    /// <param name="lines">The lines.</param>
    /// <param name="file">Named in warnings and entries.</param>
    public static KnownHosts FromLines(IEnumerable<string> lines, string file)
    {
        KnownHosts hosts = new([]);
        hosts.Parse(lines, file);
        return hosts;
    }

    /// <summary>These lines and then others, for lookups; neither is changed.</summary>
    /// <param name="others">The others.</param>
    internal KnownHosts And(KnownHosts others)
    {
        KnownHosts both = new([]);
        both._entries.AddRange(_entries);
        both._entries.AddRange(others._entries);
        return both;
    }

    /// <summary>The name under which a host stands in the files: in lower case, "[host]:port" where the port is not 22.</summary>
    public static string NameOf(string host, int port)
    {
        ArgumentNullException.ThrowIfNull(host);
        string name = host.ToLowerInvariant();
        return port == DefaultPort ? name : $"[{name}]:{port}";
    }

    /// <summary>Looks a host's key up. A certificate counts as the key that it is for, and as revoked also where its authority is.</summary>
    /// <param name="host">The name that the user gave, or HostKeyAlias.</param>
    /// <param name="port">The port; a line without a port also vouches for another port, as in OpenSSH, but never condemns it.</param>
    /// <param name="key">The key that the host presents.</param>
    public KnownHostResult Lookup(string host, int port, SshPublicKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        KnownHostResult result = LookupName(NameOf(host, port), key);
        if (result.Status != KnownHostStatus.Unknown || port == DefaultPort) return result;
        KnownHostResult plain = LookupName(NameOf(host, DefaultPort), key);
        return plain.Status is KnownHostStatus.Match or KnownHostStatus.Revoked ? plain : result;
    }

    /// <summary>The certificate authorities that may vouch for a host; a line without a port is for every port.</summary>
    public IEnumerable<SshPublicKey> AuthoritiesFor(string host, int port)
    {
        string name = NameOf(host, port), plain = NameOf(host, DefaultPort);
        return _entries.Where(e => e.Marker == KnownHostMarker.CertAuthority && (e.Matches(name) || e.Matches(plain))).Select(e => e.Key);
    }

    /// <summary>Whether an authority that is trusted for a host vouches for the key that it presents.</summary>
    /// <param name="host">The name that the user gave, or HostKeyAlias: a principal of the certificate.</param>
    /// <param name="port">The port.</param>
    /// <param name="certificate">The certificate. Revocations are for <see cref="Lookup"/> to find.</param>
    /// <param name="now">The time.</param>
    /// <param name="why">Why not, where the authority is trusted; null where no line names it.</param>
    /// <param name="authorityAlgorithms">CASignatureAlgorithms; null for the default.</param>
    public bool IsCertified(string host, int port, SshCertificate certificate, DateTimeOffset now, out string? why, IReadOnlyCollection<string>? authorityAlgorithms = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        why = null;
        if (!AuthoritiesFor(host, port).Contains(certificate.SignatureKey)) return false;
        why = CertificateJudge.WhyNotHost(certificate, host, now, authorityAlgorithms);
        return why is null;
    }

    /// <summary>The signature algorithms of the keys known for a host, in the files' order: a client puts them first in its offer (RFC 4253 §7.1).</summary>
    public IReadOnlyList<string> AlgorithmsFor(string host, int port)
    {
        string name = NameOf(host, port);
        List<KnownHostEntry> matches = [.. _entries.Where(e => e.Marker == KnownHostMarker.None && e.Matches(name))];
        if (matches.Count == 0 && port != DefaultPort) matches = [.. _entries.Where(e => e.Marker == KnownHostMarker.None && e.Matches(NameOf(host, DefaultPort)))];
        IEnumerable<string> plain = matches.SelectMany(e => e.Key.SignatureAlgorithms).Distinct();
        // Where an authority is known, every kind of certificate is as good as a known key.
        return AuthoritiesFor(host, port).Any() ? [.. SshAlgorithms.Default.HostKey.Where(a => SshCertificate.PlainNameOf(a) != a), .. plain] : [.. plain];
    }

    /// <summary>Appends a host's key to the first file, which is made with mode 0600, and its folder with 0700, where they do not exist.</summary>
    /// <param name="host">The name.</param>
    /// <param name="port">The port.</param>
    /// <param name="key">The key to trust.</param>
    /// <param name="hash">Whether to write only a hash of the name (HashKnownHosts).</param>
    /// <exception cref="InvalidOperationException">No file was given to <see cref="Load"/>.</exception>
    /// <exception cref="TunnelException">The file cannot be written.</exception>
    public void Add(string host, int port, SshPublicKey key, bool hash = false)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_files.Count == 0) throw new InvalidOperationException("known_hosts: add: expected a file to write to, got none");
        string name = NameOf(host, port), file = _files[0];
        if (name.Length == 0 || name.AsSpan().ContainsAny(PatternCharacters)) throw new ArgumentException("known_hosts: host: expected a name or address, got one with pattern characters", nameof(host));
        string hosts = hash ? KnownHostEntry.HashName(name) : name;
        try
        {
            int lines = Append(file, $"{hosts} {key.ToAuthorizedKeysLine()}\n");
            _entries.Add(new KnownHostEntry(file, lines, KnownHostMarker.None, hosts, key));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{file}: known_hosts: expected a file that can be written, got {e.Message}", inner: e);
        }
    }

    private static int Append(string file, string line)
    {
        string? folder = Path.GetDirectoryName(Path.GetFullPath(file));
        if (folder is not null && !Directory.Exists(folder))
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
            else Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        FileStreamOptions options = new() { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using FileStream stream = new(file, options);
        int count = 1, last = '\n';
        for (int octet; (octet = stream.ReadByte()) >= 0; last = octet)
        {
            if (octet == '\n') count++;
        }

        // A file whose last line was not ended must not swallow the new one.
        string text = last == '\n' ? line : "\n" + line;
        stream.Write(Encoding.UTF8.GetBytes(text));
        return last == '\n' ? count : count + 1;
    }

    private KnownHostResult LookupName(string name, SshPublicKey key)
    {
        KnownHostEntry? match = null, changed = null;
        SshPublicKey plain = key is SshCertificate { Certified: var certified } ? certified : key;
        SshPublicKey? authority = (key as SshCertificate)?.SignatureKey;
        List<KnownHostEntry> others = [];
        foreach (KnownHostEntry entry in _entries)
        {
            if (entry.Marker == KnownHostMarker.CertAuthority || !entry.Matches(name)) continue;
            bool same = entry.Key.Equals(plain);
            if (entry.Marker == KnownHostMarker.Revoked)
            {
                if (same || entry.Key.Equals(authority)) return new(KnownHostStatus.Revoked, entry, []);
            }
            else if (same) match ??= entry;
            else if (entry.Key.KeyType == plain.KeyType) changed ??= entry;
            else others.Add(entry);
        }

        KnownHostStatus status = match is not null ? KnownHostStatus.Match : changed is not null ? KnownHostStatus.Changed : KnownHostStatus.Unknown;
        return new(status, match ?? changed, others);
    }

    private void Parse(IEnumerable<string> lines, string file)
    {
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            ReadOnlySpan<char> text = line.AsSpan().Trim();
            if (text.IsEmpty || text[0] == '#') continue;
            if (TryParseLine(text, file, number, out KnownHostEntry? entry, out string? why)) _entries.Add(entry);
            else _warnings.Add($"{file}:{number}: {why}");
        }
    }

    private static bool TryParseLine(ReadOnlySpan<char> text, string file, int number, [NotNullWhen(true)] out KnownHostEntry? entry, [NotNullWhen(false)] out string? why)
    {
        entry = null;
        KnownHostMarker marker = KnownHostMarker.None;
        if (text[0] == '@')
        {
            ReadOnlySpan<char> word = NextWord(ref text);
            if (word is "@cert-authority") marker = KnownHostMarker.CertAuthority;
            else if (word is "@revoked") marker = KnownHostMarker.Revoked;
            else
            {
                why = $"marker: expected @cert-authority or @revoked, got {word}";
                return false;
            }
        }

        string hosts = NextWord(ref text).ToString();
        if (!KnownHostEntry.IsWellFormed(hosts))
        {
            why = "hosts: expected |1|salt|hash, got a malformed hash";
            return false;
        }

        if (!SshPublicKey.TryParse(text, out SshPublicKey? key, out _, out why))
        {
            why = $"key: {why}";
            return false;
        }

        entry = new KnownHostEntry(file, number, marker, hosts, key);
        return true;
    }

    private static ReadOnlySpan<char> NextWord(ref ReadOnlySpan<char> text)
    {
        int end = text.IndexOfAny(' ', '\t');
        ReadOnlySpan<char> word = end < 0 ? text : text[..end];
        text = end < 0 ? default : text[end..].TrimStart();
        return word;
    }
}
