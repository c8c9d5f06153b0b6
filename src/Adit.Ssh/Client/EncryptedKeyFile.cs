using Adit.Core;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Client;

/// <summary>A key whose file is encrypted: opened at the first signature.</summary>
/// <param name="path">The file.</param>
/// <param name="publicKey">Its public half, readable without the passphrase.</param>
/// <param name="load">Asks for the passphrase and opens the file; null when nobody knows it.</param>
internal sealed class EncryptedKeyFile(string path, SshPublicKey publicKey, Func<string, CancellationToken, ValueTask<ISshSigner?>> load) : ISshSigner
{
    private ISshSigner? _key;

    public SshPublicKey PublicKey => publicKey;

    public string Comment => path;

    public async ValueTask<byte[]> SignAsync(string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken ct = default)
    {
        _key ??= await load(path, ct).ConfigureAwait(false)
            ?? throw new TunnelException(TunnelError.AuthenticationFailed, $"{path}: passphrase: expected the one that encrypts this key, got none that does");
        return await _key.SignAsync(signatureAlgorithm, data, ct).ConfigureAwait(false);
    }
}
