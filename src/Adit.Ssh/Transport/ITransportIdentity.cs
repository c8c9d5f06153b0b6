using Adit.Ssh.Keys;

namespace Adit.Ssh.Transport;

/// <summary>The host key side of a key exchange: a server proves with it, a client judges it.</summary>
internal interface ITransportIdentity
{
    /// <summary>Server: the host key to use for an agreed signature algorithm; null when there is none.</summary>
    ISshSigner? FindHostKey(string signatureAlgorithm);

    /// <summary>Client: whether the host key, whose signature is already verified, is the host's.</summary>
    /// <exception cref="Adit.Core.TunnelException">It is not, or nobody can tell.</exception>
    ValueTask VerifyHostKeyAsync(SshPublicKey hostKey, CancellationToken cancellationToken);
}
