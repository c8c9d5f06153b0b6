namespace Adit.Wire.Ssh;

/// <summary>Fields of an exit-signal request (RFC 4254 §6.10).</summary>
/// <remarks>
/// <code>
/// string    signal name (without the "SIG" prefix)
/// boolean   core dumped
/// string    error message
/// string    language tag
/// </code>
/// </remarks>
/// <param name="SignalName">For example TERM.</param>
/// <param name="CoreDumped">Whether a core was dumped.</param>
/// <param name="Text">For a person; the receiver filters control characters before it shows it.</param>
/// <param name="Language">RFC 3066 language tag; usually empty.</param>
public readonly record struct ExitSignalFields(string SignalName, bool CoreDumped, string Text, string Language) : IWireValue<ExitSignalFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 1 + SshWriter.TextLength(SignalName) + SshWriter.TextLength(Text) + SshWriter.TextLength(Language);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ExitSignalFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string signalName) ||
            !reader.TryReadBoolean(out bool coreDumped) ||
            !reader.TryReadText(out string text) ||
            !reader.TryReadText(out string language)) return DecodeStatus.Truncated;
        value = new ExitSignalFields(signalName, coreDumped, text, language);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(SignalName);
        writer.WriteBoolean(CoreDumped);
        writer.WriteText(Text);
        writer.WriteText(Language);
        return writer.Written;
    }
}
