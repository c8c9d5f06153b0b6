namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_KEXDH_REPLY, SSH_MSG_KEX_ECDH_REPLY (RFC 4253 §8, RFC 5656 §4): the server's host key, public value and proof.</summary>
/// <remarks>
/// The public value is a string: an octet string for ECDH, curve25519 and KEMs (RFC 5656 §4, RFC 8731); for the classic groups it is an mpint (RFC 4253 §8),
/// whose encoding is the same, so <see cref="PublicValue"/> then holds the two's complement octets (a leading 0 where the top bit is set).
/// <code>
/// byte      SSH_MSG_KEX_ECDH_REPLY
/// string    K_S, server's public host key
/// string    Q_S, or mpint f
/// string    signature on the exchange hash
/// </code>
/// </remarks>
/// <param name="HostKey">The host key blob, or a certificate.</param>
/// <param name="PublicValue">The ephemeral public value, or the KEM's ciphertext.</param>
/// <param name="Signature">The signature blob: string algorithm, string signature.</param>
public readonly record struct KexDhReplyMessage(
    ReadOnlyMemory<byte> HostKey,
    ReadOnlyMemory<byte> PublicValue,
    ReadOnlyMemory<byte> Signature) : ISshMessage<KexDhReplyMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.KexDhReply;

    /// <inheritdoc/>
    public int EncodedLength => 13 + HostKey.Length + PublicValue.Length + Signature.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out KexDhReplyMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadString(out ReadOnlySpan<byte> hostKey) ||
            !reader.TryReadString(out ReadOnlySpan<byte> publicValue) ||
            !reader.TryReadString(out ReadOnlySpan<byte> signature)) return DecodeStatus.Truncated;
        value = new KexDhReplyMessage(hostKey.ToArray(), publicValue.ToArray(), signature.ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteString(HostKey.Span);
        writer.WriteString(PublicValue.Span);
        writer.WriteString(Signature.Span);
        return writer.Written;
    }
}
