namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_NEWKEYS (RFC 4253 §7.3): every later packet of this direction uses the new keys.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_NEWKEYS
/// </code>
/// </remarks>
public readonly record struct NewKeysMessage : ISshMessage<NewKeysMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.NewKeys;

    /// <inheritdoc/>
    public int EncodedLength => 1;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out NewKeysMessage value, out int consumed)
    {
        value = default;
        return OneField.TryDecodeEmpty(source, Number, out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.Encode(destination, Number);
}
