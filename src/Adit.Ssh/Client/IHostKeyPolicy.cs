using Adit.Ssh.Keys;

namespace Adit.Ssh.Client;

/// <summary>Judges host keys.</summary>
public interface IHostKeyPolicy
{
    /// <summary>Whether the key is the host's.</summary>
    /// <param name="host">The host as the user named it.</param>
    /// <param name="port">Its port.</param>
    /// <param name="key">The key, whose signature is verified.</param>
    /// <param name="cancellationToken">The connection ended.</param>
    /// <exception cref="Adit.Core.TunnelException">It is not: HostKeyUnknown, HostKeyChanged or HostKeyRevoked.</exception>
    ValueTask VerifyAsync(string host, int port, SshPublicKey key, CancellationToken cancellationToken);

    /// <summary>Signature algorithms of the keys known for the host, so that a known key is asked for first; may be empty.</summary>
    IReadOnlyList<string> KnownAlgorithms(string host, int port);
}
