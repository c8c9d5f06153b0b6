namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_DEBUG (RFC 4253 §11.3): a line for whoever debugs the connection.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_DEBUG
/// boolean   always_display
/// string    message
/// string    language tag
/// </code>
/// </remarks>
/// <param name="AlwaysDisplay">Whether to show it without being asked for debug output.</param>
/// <param name="Text">The line; the receiver filters control characters before it shows it.</param>
/// <param name="Language">RFC 3066 language tag; usually empty.</param>
public readonly record struct DebugMessage(bool AlwaysDisplay, string Text, string Language) : ISshMessage<DebugMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.Debug;

    /// <inheritdoc/>
    public int EncodedLength => 2 + SshWriter.TextLength(Text) + SshWriter.TextLength(Language);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out DebugMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadBoolean(out bool alwaysDisplay) ||
            !reader.TryReadText(out string text) ||
            !reader.TryReadText(out string language)) return DecodeStatus.Truncated;
        value = new DebugMessage(alwaysDisplay, text, language);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteBoolean(AlwaysDisplay);
        writer.WriteText(Text);
        writer.WriteText(Language);
        return writer.Written;
    }
}
