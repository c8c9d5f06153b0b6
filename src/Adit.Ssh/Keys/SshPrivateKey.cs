namespace Adit.Ssh.Keys;

/// <summary>A private key in memory. Dispose clears or releases it; signing is safe from several threads.</summary>
public sealed partial class SshPrivateKey : ISshSigner, IDisposable
{
    private readonly SshSecret _secret;

    internal SshPrivateKey(SshSecret secret, string comment)
    {
        _secret = secret;
        Comment = comment;
    }

    /// <inheritdoc/>
    public SshPublicKey PublicKey => _secret.PublicKey;

    /// <inheritdoc/>
    public string Comment { get; }

    /// <summary>Makes a new key.</summary>
    /// <param name="kind">The kind of key.</param>
    /// <param name="bits">For RSA 2048 to 16384, 0 means 3072; for the others 0 or the size that the kind implies.</param>
    /// <param name="comment">Kept with the key in its file.</param>
    /// <exception cref="ArgumentOutOfRangeException">The kind has no such size.</exception>
    public static SshPrivateKey Generate(SshKeyKind kind, int bits = 0, string comment = "") => new(SshSecret.Generate(kind, bits), comment);

    /// <summary>Signs data; see <see cref="ISshSigner.SignAsync"/>.</summary>
    /// <param name="signatureAlgorithm">One of <see cref="SshPublicKey.SignatureAlgorithms"/>.</param>
    /// <param name="data">What to sign.</param>
    /// <returns>The signature as SSH carries it: string algorithm, string signature.</returns>
    /// <exception cref="ArgumentException">The key does not sign with this algorithm.</exception>
    public byte[] Sign(string signatureAlgorithm, ReadOnlySpan<byte> data) => SshSignature.Encode(signatureAlgorithm, _secret.Sign(signatureAlgorithm, data));

    /// <inheritdoc/>
    public ValueTask<byte[]> SignAsync(string signatureAlgorithm, ReadOnlyMemory<byte> data, CancellationToken ct = default)
    {
        ct.ThrowIfCancellationRequested();
        return new(Sign(signatureAlgorithm, data.Span));
    }

    /// <summary>A copy with another comment; both share the secret, so dispose only one of them.</summary>
    /// <param name="comment">The new comment.</param>
    public SshPrivateKey WithComment(string comment) => new(_secret, comment);

    /// <summary>Writes the secret as key files and agents have it, key type first.</summary>
    internal void WriteFields(ref Adit.Wire.Ssh.SshWriter writer) => _secret.WriteFields(ref writer);

    /// <inheritdoc/>
    public void Dispose() => _secret.Dispose();
}
