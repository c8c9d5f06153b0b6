using System.Net;
using Adit.Ssh.Keys;
using Adit.Ssh.Server;

namespace Adit.Gateway.Serving;

/// <summary>Judges the keys of one connection's login by the gateway's files. The user name selects nothing, but a certificate must be for it, or for principals=.</summary>
internal sealed class KeyAuthority(IReadOnlyList<AuthorizedKeysFile> files, TimeProvider time, IReadOnlyCollection<string>? authorityAlgorithms = null) : IUserKeyAuthority
{
    private int _refusals;

    /// <summary>How many keys were refused.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>The key that was refused last, for the log; null if none was.</summary>
    public SshPublicKey? LastRefused { get; private set; }

    /// <summary>The user name that was given last; null before any.</summary>
    public string? LastUser { get; private set; }

    /// <summary>Why the last one was refused.</summary>
    public string LastWhy { get; private set; } = "";

    public ValueTask<KeyPermissions?> FindAsync(string user, SshPublicKey key, IPEndPoint? source, CancellationToken cancellationToken)
    {
        DateTimeOffset now = time.GetUtcNow();
        string why = "not in authorized-keys";
        foreach (AuthorizedKeysFile file in files)
        {
            AuthorizedKeys keys = file.Read();
            if (key is SshCertificate certificate)
            {
                if (keys.TryGrant(certificate, user, source?.Address, now, out KeyPermissions? granted, out string? reason, authorityAlgorithms)) return ValueTask.FromResult<KeyPermissions?>(granted);
                why = reason;
                continue;
            }

            if (keys.Find(key, source?.Address, now) is { } entry) return ValueTask.FromResult<KeyPermissions?>(entry.Permissions);
            if (keys.Find(key) is { } other) why = $"{other.File}:{other.Line}: {(other.Permissions.IsExpired(now) ? "expiry-time" : "from")}";
        }

        Interlocked.Increment(ref _refusals);
        (LastUser, LastRefused, LastWhy) = (user, key, why);
        return ValueTask.FromResult<KeyPermissions?>(null);
    }
}
