namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_USERAUTH_SUCCESS (RFC 4252 §5.1): logged in.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_USERAUTH_SUCCESS
/// </code>
/// </remarks>
public readonly record struct UserauthSuccessMessage : ISshMessage<UserauthSuccessMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.UserauthSuccess;

    /// <inheritdoc/>
    public int EncodedLength => 1;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UserauthSuccessMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        return writer.Written;
    }
}
