using System.Security.Cryptography;
using System.Text;
using Adit.Ssh.Config;

namespace Adit.Ssh.Keys;

/// <summary>One line of a known_hosts file.</summary>
/// <param name="File">The file.</param>
/// <param name="Line">The line's number, from 1.</param>
/// <param name="Marker">Its marker.</param>
/// <param name="Hosts">The host patterns as they stand there, perhaps hashed.</param>
/// <param name="Key">The key.</param>
public sealed record KnownHostEntry(string File, int Line, KnownHostMarker Marker, string Hosts, SshPublicKey Key)
{
    // "|1|" base64 of a salt "|" base64 of HMAC-SHA1(salt, name): hostfile.c of OpenSSH, HASH_MAGIC.
    private const string HashMagic = "|1|";

    private readonly (byte[] Salt, byte[] Hash)? _hashed = ParseHash(Hosts);

    /// <summary>Whether the line names its host only by a hash.</summary>
    public bool IsHashed => Hosts.StartsWith(HashMagic, StringComparison.Ordinal);

    /// <summary>Whether the line is about a host.</summary>
    /// <param name="name">The name in lower case, "[name]:port" where the port is not 22.</param>
    public bool Matches(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsHashed) return SshPattern.JudgeName(Hosts, name) == PatternOutcome.Match;
        return _hashed is var (salt, hash) && CryptographicOperations.FixedTimeEquals(HMACSHA1.HashData(salt, Encoding.UTF8.GetBytes(name)), hash);
    }

    internal static string HashName(string name)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(HMACSHA1.HashSizeInBytes);
        return $"{HashMagic}{Convert.ToBase64String(salt)}|{Convert.ToBase64String(HMACSHA1.HashData(salt, Encoding.UTF8.GetBytes(name)))}";
    }

    internal static bool IsWellFormed(string hosts) => !hosts.StartsWith('|') || ParseHash(hosts) is not null;

    private static (byte[] Salt, byte[] Hash)? ParseHash(string hosts)
    {
        if (!hosts.StartsWith(HashMagic, StringComparison.Ordinal) || hosts[HashMagic.Length..].Split('|') is not [string saltText, string hashText]) return null;
        byte[] salt = new byte[HMACSHA1.HashSizeInBytes + 3], hash = new byte[HMACSHA1.HashSizeInBytes + 3];
        return Convert.TryFromBase64String(saltText, salt, out int saltLength) && saltLength == HMACSHA1.HashSizeInBytes
            && Convert.TryFromBase64String(hashText, hash, out int hashLength) && hashLength == HMACSHA1.HashSizeInBytes
            ? (salt[..saltLength], hash[..hashLength]) : null;
    }
}
