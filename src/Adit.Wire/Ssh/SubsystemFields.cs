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
        DecodeStatus status = OneField.TryDecode(source, out string name, out consumed);
        value = new SubsystemFields(name);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.EncodeText(destination, Name);
}
