namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_USERAUTH_BANNER (RFC 4252 §5.4): text to show before the login.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_USERAUTH_BANNER
/// string    message
/// string    language tag
/// </code>
/// </remarks>
/// <param name="Text">The text; the receiver filters control characters before it shows it.</param>
/// <param name="Language">RFC 3066 language tag; usually empty.</param>
public readonly record struct UserauthBannerMessage(string Text, string Language) : ISshMessage<UserauthBannerMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.UserauthBanner;

    /// <inheritdoc/>
    public int EncodedLength => 1 + SshWriter.TextLength(Text) + SshWriter.TextLength(Language);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UserauthBannerMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadText(out string text) ||
            !reader.TryReadText(out string language)) return DecodeStatus.Truncated;
        value = new UserauthBannerMessage(text, language);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteText(Text);
        writer.WriteText(Language);
        return writer.Written;
    }
}
