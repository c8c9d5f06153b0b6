namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_KEXDH_INIT, SSH_MSG_KEX_ECDH_INIT (RFC 4253 §8, RFC 5656 §4): the client's public value.</summary>
/// <remarks>
/// The public value is a string: an octet string for ECDH, curve25519 and KEMs (RFC 5656 §4, RFC 8731); for the classic groups it is an mpint (RFC 4253 §8),
/// whose encoding is the same, so <see cref="PublicValue"/> then holds the two's complement octets (a leading 0 where the top bit is set).
/// <code>
/// byte      SSH_MSG_KEX_ECDH_INIT
/// string    Q_C, or mpint e
/// </code>
/// </remarks>
/// <param name="PublicValue">The ephemeral public value, or the KEM's public key.</param>
public readonly record struct KexDhInitMessage(ReadOnlyMemory<byte> PublicValue) : ISshMessage<KexDhInitMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.KexDhInit;

    /// <inheritdoc/>
    public int EncodedLength => 5 + PublicValue.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out KexDhInitMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadString(out ReadOnlySpan<byte> publicValue)) return DecodeStatus.Truncated;
        value = new KexDhInitMessage(publicValue.ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteString(PublicValue.Span);
        return writer.Written;
    }
}
