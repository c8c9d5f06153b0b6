namespace Adit.Wire.Ssh;

/// <summary>Fields of a keyboard-interactive request (RFC 4256 §3.1).</summary>
/// <remarks>
/// <code>
/// string    language tag
/// string    submethods
/// </code>
/// </remarks>
/// <param name="Language">Deprecated; usually empty.</param>
/// <param name="Submethods">Hints, separated by commas; usually empty.</param>
public readonly record struct KeyboardInteractiveAuthFields(string Language, string Submethods) : IWireValue<KeyboardInteractiveAuthFields>
{
    /// <inheritdoc/>
    public int EncodedLength => SshWriter.TextLength(Language) + SshWriter.TextLength(Submethods);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out KeyboardInteractiveAuthFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string language) ||
            !reader.TryReadText(out string submethods)) return DecodeStatus.Truncated;
        value = new KeyboardInteractiveAuthFields(language, submethods);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Language);
        writer.WriteText(Submethods);
        return writer.Written;
    }
}
