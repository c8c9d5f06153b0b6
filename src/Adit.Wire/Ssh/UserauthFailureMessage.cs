namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_USERAUTH_FAILURE (RFC 4252 §5.1): the attempt did not suffice.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_USERAUTH_FAILURE
/// name-list authentications that can continue
/// boolean   partial success
/// </code>
/// </remarks>
/// <param name="Methods">Methods worth trying next.</param>
/// <param name="PartialSuccess">Whether the attempt was right but more are needed.</param>
public readonly record struct UserauthFailureMessage(string[] Methods, bool PartialSuccess) : ISshMessage<UserauthFailureMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.UserauthFailure;

    /// <inheritdoc/>
    public int EncodedLength => 2 + SshWriter.NameListLength(Methods);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UserauthFailureMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadNameList(out string[] methods) ||
            !reader.TryReadBoolean(out bool partialSuccess)) return DecodeStatus.Truncated;
        value = new UserauthFailureMessage(methods, partialSuccess);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteNameList(Methods);
        writer.WriteBoolean(PartialSuccess);
        return writer.Written;
    }
}
