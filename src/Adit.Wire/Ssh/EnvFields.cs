namespace Adit.Wire.Ssh;

/// <summary>Fields of an env request (RFC 4254 §6.4).</summary>
/// <remarks>
/// <code>
/// string    variable name
/// string    variable value
/// </code>
/// </remarks>
/// <param name="Name">The variable.</param>
/// <param name="Value">Its value.</param>
public readonly record struct EnvFields(string Name, string Value) : IWireValue<EnvFields>
{
    /// <inheritdoc/>
    public int EncodedLength => SshWriter.TextLength(Name) + SshWriter.TextLength(Value);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out EnvFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string name) ||
            !reader.TryReadText(out string variableValue)) return DecodeStatus.Truncated;
        value = new EnvFields(name, variableValue);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Name);
        writer.WriteText(Value);
        return writer.Written;
    }
}
