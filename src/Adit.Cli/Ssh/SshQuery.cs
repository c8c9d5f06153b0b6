using Adit.Ssh.Config;

namespace Adit.Cli.Ssh;

/// <summary><c>-Q</c>: what there is of each kind, a name a line.</summary>
internal static class SshQuery
{
    /// <summary>The kinds that <c>-Q help</c> lists.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
        ["cipher", "cipher-auth", "compression", "kex", "kex-gss", "key", "key-cert", "key-plain", "key-sig", "mac", "protocol-version", "sig"];

    /// <summary>Answers one.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string query, TextWriter output, TextWriter error)
    {
        if (Find(query) is not { } names)
        {
            await error.WriteLineAsync($"Unsupported query \"{query}\"");
            return SshCommand.Failed;
        }

        foreach (string name in names) await output.WriteLineAsync(name);
        return 0;
    }

    /// <summary>The names; null for an unknown query. Keywords of ssh_config(5) stand for their kind.</summary>
    public static IEnumerable<string>? Find(string query)
    {
        SshAlgorithmLists lists = SshAlgorithmLists.Default;
        string[] signatures = [.. lists.PublicKey.Union(lists.HostKey)];
        string[] keys = [.. signatures.Select(KeyOf).Distinct()];
        return query.ToLowerInvariant() switch
        {
            "cipher" or "ciphers" => lists.Cipher,
            "cipher-auth" => lists.Cipher.Where(c => c.Contains("gcm", StringComparison.Ordinal) || c.Contains("poly1305", StringComparison.Ordinal)),
            "compression" => ["none", "zlib@openssh.com"],
            "kex" or "kexalgorithms" => lists.Kex,
            "kex-gss" => [],
            "key" => keys,
            "key-cert" => keys.Where(IsCertificate),
            "key-plain" => keys.Where(k => !IsCertificate(k)),
            "key-sig" or "hostkeyalgorithms" or "pubkeyacceptedalgorithms" or "pubkeyacceptedkeytypes" or "hostbasedacceptedalgorithms" or "hostbasedkeytypes" or "hostbasedacceptedkeytypes" => signatures,
            "mac" or "macs" => lists.Mac,
            "protocol-version" => ["2"],
            "sig" or "casignaturealgorithms" => signatures.Where(s => !IsCertificate(s)),
            "help" => Kinds,
            _ => null,
        };
    }

    private static bool IsCertificate(string name) => name.Contains("-cert-v01", StringComparison.Ordinal);

    // RFC 8332: one type of key, several signatures.
    private static string KeyOf(string signature) => signature.StartsWith("rsa-sha2-", StringComparison.Ordinal) ? (IsCertificate(signature) ? "ssh-rsa-cert-v01@openssh.com" : "ssh-rsa") : signature;
}
