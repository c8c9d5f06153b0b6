namespace Adit.Wire.Ssh;

/// <summary>Fields of a publickey request (RFC 4252 §7): a query whether the key would do, or the signed request.</summary>
/// <remarks>
/// <code>
/// boolean   FALSE for a query, TRUE with a signature
/// string    public key algorithm name
/// string    public key blob
/// string    signature (only after TRUE)
/// </code>
/// </remarks>
/// <param name="Algorithm">The signature algorithm, for example rsa-sha2-512.</param>
/// <param name="Blob">The public key, or a certificate.</param>
/// <param name="Signature">The signature blob; null for a query.</param>
public readonly record struct PublicKeyAuthFields(string Algorithm, ReadOnlyMemory<byte> Blob, ReadOnlyMemory<byte>? Signature = null) : IWireValue<PublicKeyAuthFields>
{
    /// <summary>Whether this is the signed request.</summary>
    public bool HasSignature => Signature is not null;

    /// <inheritdoc/>
    public int EncodedLength => 1 + SshWriter.TextLength(Algorithm) + 4 + Blob.Length + (Signature is { } signature ? 4 + signature.Length : 0);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out PublicKeyAuthFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        ReadOnlySpan<byte> signature = default;
        if (!reader.TryReadBoolean(out bool hasSignature) ||
            !reader.TryReadText(out string algorithm) ||
            !reader.TryReadString(out ReadOnlySpan<byte> blob) ||
            (hasSignature && !reader.TryReadString(out signature))) return DecodeStatus.Truncated;
        value = new PublicKeyAuthFields(algorithm, blob.ToArray(), hasSignature ? signature.ToArray() : default(ReadOnlyMemory<byte>?));
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteBoolean(HasSignature);
        writer.WriteText(Algorithm);
        writer.WriteString(Blob.Span);
        if (Signature is { } signature) writer.WriteString(signature.Span);
        return writer.Written;
    }
}
