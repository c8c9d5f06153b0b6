namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_USERAUTH_INFO_REQUEST (RFC 4256 §3.2): questions for the person.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_USERAUTH_INFO_REQUEST
/// string    name
/// string    instruction
/// string    language tag
/// int       num-prompts
/// repeat num-prompts times:
///   string  prompt
///   boolean echo
/// </code>
/// </remarks>
/// <param name="Name">A title; may be empty.</param>
/// <param name="Instruction">Text to show before the questions; may be empty.</param>
/// <param name="Language">Deprecated; usually empty.</param>
/// <param name="Prompts">The questions; none at all is common, and is answered by an empty response.</param>
public readonly record struct UserauthInfoRequestMessage(string Name, string Instruction, string Language, UserauthPrompt[] Prompts)
    : ISshMessage<UserauthInfoRequestMessage>
{
    /// <summary>The most prompts that are decoded; ours: nobody answers more, and more are <see cref="DecodeStatus.BadValue"/>.</summary>
    public const int MaximumPrompts = 100;

    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.UserauthMethodSpecific60;

    /// <inheritdoc/>
    public int EncodedLength => 5 + SshWriter.TextLength(Name) + SshWriter.TextLength(Instruction) + SshWriter.TextLength(Language)
        + Prompts.Sum(p => SshWriter.TextLength(p.Text) + 1);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UserauthInfoRequestMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadText(out string name) ||
            !reader.TryReadText(out string instruction) ||
            !reader.TryReadText(out string language) ||
            !reader.TryReadUInt32(out uint count)) return DecodeStatus.Truncated;
        if (count > MaximumPrompts) return DecodeStatus.BadValue;
        var prompts = new UserauthPrompt[count];
        for (int i = 0; i < prompts.Length; i++)
        {
            if (!reader.TryReadText(out string text) || !reader.TryReadBoolean(out bool echo)) return DecodeStatus.Truncated;
            prompts[i] = new UserauthPrompt(text, echo);
        }

        value = new UserauthInfoRequestMessage(name, instruction, language, prompts);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteText(Name);
        writer.WriteText(Instruction);
        writer.WriteText(Language);
        writer.WriteUInt32((uint)Prompts.Length);
        foreach (UserauthPrompt prompt in Prompts)
        {
            writer.WriteText(prompt.Text);
            writer.WriteBoolean(prompt.Echo);
        }

        return writer.Written;
    }
}
