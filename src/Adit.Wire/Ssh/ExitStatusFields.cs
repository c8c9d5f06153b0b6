namespace Adit.Wire.Ssh;

/// <summary>Fields of an exit-status request (RFC 4254 §6.10).</summary>
/// <remarks>
/// <code>
/// uint32    exit_status
/// </code>
/// </remarks>
/// <param name="Status">The status of the process.</param>
public readonly record struct ExitStatusFields(uint Status) : IWireValue<ExitStatusFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 4;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ExitStatusFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadUInt32(out uint status)) return DecodeStatus.Truncated;
        value = new ExitStatusFields(status);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32(Status);
        return writer.Written;
    }
}
