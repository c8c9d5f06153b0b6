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
        DecodeStatus status = OneField.TryDecode(source, out string command, out consumed);
        value = new ExecFields(command);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.EncodeText(destination, Command);
}
