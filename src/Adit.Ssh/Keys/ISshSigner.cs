namespace Adit.Ssh.Keys;

/// <summary>Something that signs for a public key: a private key here, or one held by an agent.</summary>
public interface ISshSigner
{
    /// <summary>The public key that verifies the signatures.</summary>
    SshPublicKey PublicKey { get; }

    /// <summary>The comment that came with the key, often who@where; perhaps empty.</summary>
    string Comment { get; }

    /// <summary>Signs data.</summary>
    /// <param name="signatureAlgorithm">One of <see cref="SshPublicKey.SignatureAlgorithms"/> of the public key.</param>
    /// <param name="data">What to sign, not hashed before.</param>
    /// <param name="ct">Cancels a request to an agent.</param>
    /// <returns>The signature as SSH carries it (RFC 4253 §6.6): string algorithm, string signature.</returns>
    /// <exception cref="ArgumentException">The key does not sign with this algorithm.</exception>
    /// <exception cref="Core.TunnelException">The agent refused or is gone.</exception>
    ValueTask<byte[]> SignAsync(string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken ct = default);
}
