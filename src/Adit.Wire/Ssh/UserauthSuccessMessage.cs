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
        return OneField.TryDecodeEmpty(source, Number, out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number);
}
