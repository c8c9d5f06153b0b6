namespace Adit.Wire.Ssh;

/// <summary>Fields of an exec request (RFC 4254 §6.5).</summary>
/// <remarks>
/// <code>
/// string    command
/// </code>
/// </remarks>
/// <param name="Command">The command line, for the account's shell.</param>
public readonly record struct ExecFields(string Command) : IWireValue<ExecFields>
{
    /// <inheritdoc/>
    public int EncodedLength => SshWriter.TextLength(Command);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ExecFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string command)) return DecodeStatus.Truncated;
        value = new ExecFields(command);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Command);
        return writer.Written;
    }
}
