namespace Adit.Wire.Ssh;

/// <summary>Fields of a direct-streamlocal@openssh.com open (OpenSSH PROTOCOL §2.4).</summary>
/// <remarks>
/// <code>
/// string    socket path
/// string    reserved
/// uint32    reserved
/// </code>
/// </remarks>
/// <param name="Path">The socket to connect to.</param>
/// <param name="Reserved">Empty.</param>
/// <param name="ReservedNumber">0.</param>
public readonly record struct DirectStreamlocalFields(string Path, string Reserved, uint ReservedNumber) : IWireValue<DirectStreamlocalFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 4 + SshWriter.TextLength(Path) + SshWriter.TextLength(Reserved);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out DirectStreamlocalFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string path) ||
            !reader.TryReadText(out string reserved) ||
            !reader.TryReadUInt32(out uint reservedNumber)) return DecodeStatus.Truncated;
        value = new DirectStreamlocalFields(path, reserved, reservedNumber);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Path);
        writer.WriteText(Reserved);
        writer.WriteUInt32(ReservedNumber);
        return writer.Written;
    }
}
