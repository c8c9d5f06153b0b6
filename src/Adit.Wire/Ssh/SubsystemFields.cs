namespace Adit.Wire.Ssh;

/// <summary>Fields of a subsystem request (RFC 4254 §6.5).</summary>
/// <remarks>
/// <code>
/// string    subsystem name
/// </code>
/// </remarks>
/// <param name="Name">For example sftp.</param>
public readonly record struct SubsystemFields(string Name) : IWireValue<SubsystemFields>
{
    /// <inheritdoc/>
    public int EncodedLength => SshWriter.TextLength(Name);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SubsystemFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string name)) return DecodeStatus.Truncated;
        value = new SubsystemFields(name);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Name);
        return writer.Written;
    }
}
