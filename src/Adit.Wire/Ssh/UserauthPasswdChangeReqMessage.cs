namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_USERAUTH_PASSWD_CHANGEREQ (RFC 4252 §8): the password has expired.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_USERAUTH_PASSWD_CHANGEREQ
/// string    prompt
/// string    language tag
/// </code>
/// </remarks>
/// <param name="Prompt">What to ask the person.</param>
/// <param name="Language">RFC 3066 language tag; usually empty.</param>
public readonly record struct UserauthPasswdChangeReqMessage(string Prompt, string Language) : ISshMessage<UserauthPasswdChangeReqMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.UserauthMethodSpecific60;

    /// <inheritdoc/>
    public int EncodedLength => 1 + SshWriter.TextLength(Prompt) + SshWriter.TextLength(Language);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UserauthPasswdChangeReqMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadText(out string prompt) ||
            !reader.TryReadText(out string language)) return DecodeStatus.Truncated;
        value = new UserauthPasswdChangeReqMessage(prompt, language);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteText(Prompt);
        writer.WriteText(Language);
        return writer.Written;
    }
}
