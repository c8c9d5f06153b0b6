namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_USERAUTH_PK_OK (RFC 4252 §7): a signature of this key would be accepted.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_USERAUTH_PK_OK
/// string    public key algorithm name
/// string    public key blob
/// </code>
/// </remarks>
/// <param name="Algorithm">As asked for.</param>
/// <param name="Blob">As asked for.</param>
public readonly record struct UserauthPkOkMessage(string Algorithm, ReadOnlyMemory<byte> Blob) : ISshMessage<UserauthPkOkMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.UserauthMethodSpecific60;

    /// <inheritdoc/>
    public int EncodedLength => 5 + SshWriter.TextLength(Algorithm) + Blob.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UserauthPkOkMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadText(out string algorithm) ||
            !reader.TryReadString(out ReadOnlySpan<byte> blob)) return DecodeStatus.Truncated;
        value = new UserauthPkOkMessage(algorithm, blob.ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteText(Algorithm);
        writer.WriteString(Blob.Span);
        return writer.Written;
    }
}
