using Adit.Ssh.Keys;

namespace Adit.Ssh.Agent;

/// <summary>A key that an agent holds.</summary>
internal sealed class AgentSigner(SshAgentClient agent, SshPublicKey publicKey, string comment) : ISshSigner
{
    public SshPublicKey PublicKey => publicKey;

    public string Comment => comment;

    public ValueTask<byte[]> SignAsync(string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken ct = default) =>
        publicKey.SignatureAlgorithms.Contains(signatureAlgorithm)
            ? new(agent.SignAsync(publicKey, signatureAlgorithm, data, ct))
            : throw new ArgumentException($"sign: algorithm: expected {string.Join(" or ", publicKey.SignatureAlgorithms)}, got {signatureAlgorithm}", nameof(signatureAlgorithm));
}
