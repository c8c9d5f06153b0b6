using System.Security.Cryptography;
using System.Text;
using Adit.Core;

namespace Adit.Proxies.Users;

/// <summary>Who may use a proxy, by name and password. Passwords are kept as keyed digests and compared in constant time. Immutable.</summary>
public sealed class ProxyUsers
{
    /// <summary>Ours: octets of a password; RFC 1929 §2 has 255 at most.</summary>
    private const int LongestPassword = 255;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly Dictionary<string, byte[]> _digests = new(StringComparer.Ordinal);
    private readonly byte[] _nobody = RandomNumberGenerator.GetBytes(32);

    /// <summary>Takes the users.</summary>
    /// <param name="users">Names and passwords; of a name that stands there twice the last counts.</param>
    public ProxyUsers(IEnumerable<(string Name, string Password)> users)
    {
        ArgumentNullException.ThrowIfNull(users);
        foreach ((string name, string password) in users) _digests[name] = Digest(password);
    }

    /// <summary>How many there are.</summary>
    public int Count => _digests.Count;

    /// <summary>Whether the password is the user's. Takes as long for users that there are as for others.</summary>
    public bool Verify(string name, string password)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(password);
        bool known = _digests.TryGetValue(name, out byte[]? digest);
        return CryptographicOperations.FixedTimeEquals(Digest(password), digest ?? _nobody) & known;
    }

    /// <summary>Reads a file of <c>name:password</c> lines; empty lines and those with <c>#</c> in front are skipped.</summary>
    /// <exception cref="TunnelException">It cannot be read, others may read it (chmod 600), or a line is wrong.</exception>
    public static IReadOnlyList<(string Name, string Password)> ReadFile(string path)
    {
        try
        {
            if ((File.GetUnixFileMode(path) & (UnixFileMode)0b000_111_111) != 0) throw Bad($"{path}: permissions: expected none for group and others (chmod 600)");
            var users = new List<(string, string)>();
            int number = 0;
            foreach (string line in File.ReadLines(path))
            {
                number++;
                if (line.Length == 0 || line[0] == '#') continue;
                users.Add(TrySplit(line, out (string Name, string Password) user) ? user : throw Bad($"{path}:{number}: expected name:password"));
            }

            return users.Count > 0 ? users : throw Bad($"{path}: expected a line name:password, got none");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or (IOException and not TunnelException))
        {
            throw new TunnelException(TunnelError.BadConfiguration, $"{path}: expected a readable file, got {e.Message}", null, e);
        }
    }

    /// <summary>Takes <c>name:password</c> apart; neither may be empty or longer than 255 octets.</summary>
    public static bool TrySplit(string text, out (string Name, string Password) user)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        user = colon > 0 ? (text[..colon], text[(colon + 1)..]) : default;
        return colon > 0 && user.Password.Length > 0 && Encoding.UTF8.GetByteCount(user.Name) <= 255 && Encoding.UTF8.GetByteCount(user.Password) <= LongestPassword;
    }

    private static TunnelException Bad(string message) => new(TunnelError.BadConfiguration, message);

    private byte[] Digest(string password) => HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(password));
}
