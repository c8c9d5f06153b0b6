using Adit.Core;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Client;

/// <summary>Judges host keys by known_hosts files.</summary>
/// <param name="knownHosts">The files.</param>
/// <param name="unknown">What to do about a host that is not in them: true accepts the key and adds it. Null refuses.</param>
/// <param name="hash">Whether names that are added are hashed.</param>
public sealed class KnownHostsPolicy(KnownHosts knownHosts, Func<string, int, SshPublicKey, CancellationToken, ValueTask<bool>>? unknown = null, bool hash = false) : IHostKeyPolicy
{
    /// <inheritdoc/>
    public IReadOnlyList<string> KnownAlgorithms(string host, int port) => knownHosts.AlgorithmsFor(host, port);

    /// <inheritdoc/>
    public async ValueTask VerifyAsync(string host, int port, SshPublicKey key, CancellationToken cancellationToken)
    {
        string name = KnownHosts.NameOf(host, port);
        KnownHostResult result = knownHosts.Lookup(host, port, key);
        if (key is SshCertificate certificate)
        {
            // What no known authority vouches for may still be known by itself.
            if (result.Status != KnownHostStatus.Revoked && knownHosts.IsCertified(host, port, certificate, DateTimeOffset.UtcNow, out _)) return;
            key = certificate.Certified;
        }

        switch (result.Status)
        {
            case KnownHostStatus.Match:
                return;
            case KnownHostStatus.Revoked:
                throw new TunnelException(TunnelError.HostKeyRevoked, $"{name}: host key: expected one that is not revoked, got {key.Fingerprint}, revoked at {result.Entry?.File}:{result.Entry?.Line}");
            case KnownHostStatus.Changed:
                throw new TunnelException(TunnelError.HostKeyChanged, $"{name}: host key: expected the {key.KeyType} key of {result.Entry?.File}:{result.Entry?.Line}, got {key.Fingerprint}: REMOTE HOST IDENTIFICATION HAS CHANGED");
            default:
                if (unknown is null || !await unknown(host, port, key, cancellationToken).ConfigureAwait(false))
                {
                    throw new TunnelException(TunnelError.HostKeyUnknown, $"{name}: host key: expected a known one, got {key.KeyType} {key.Fingerprint}, which is not in known_hosts: Host key verification failed");
                }

                knownHosts.Add(host, port, key, hash);
                return;
        }
    }
}
