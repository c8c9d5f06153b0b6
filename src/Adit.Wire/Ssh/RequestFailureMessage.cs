namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_REQUEST_FAILURE (RFC 4254 §4): the oldest unanswered global request was refused, or is not known.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_REQUEST_FAILURE
/// </code>
/// </remarks>
public readonly record struct RequestFailureMessage : ISshMessage<RequestFailureMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.RequestFailure;

    /// <inheritdoc/>
    public int EncodedLength => 1;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out RequestFailureMessage value, out int consumed)
    {
        value = default;
        return OneField.TryDecodeEmpty(source, Number, out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number);
}
