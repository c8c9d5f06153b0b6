using System.Net;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Server;

/// <summary>Knows which keys may log in.</summary>
public interface IUserKeyAuthority
{
    /// <summary>Judges a user's key. Asked before and after the signature is verified, so that an unknown key costs no signature.</summary>
    /// <param name="user">The user name, as the client gave it.</param>
    /// <param name="key">The key; a <see cref="SshCertificate"/> where the client showed one, of which nothing is verified yet.</param>
    /// <param name="source">Where the client is; null where the carrier does not tell.</param>
    /// <param name="cancellationToken">The connection ended.</param>
    /// <returns>What the key permits, and with it what a security key must attest; null when it is not authorised, expired, or not from there.</returns>
    ValueTask<KeyPermissions?> FindAsync(string user, SshPublicKey key, IPEndPoint? source, CancellationToken cancellationToken);
}
