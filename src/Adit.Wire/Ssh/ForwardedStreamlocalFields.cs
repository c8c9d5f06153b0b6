namespace Adit.Wire.Ssh;

/// <summary>Fields of a forwarded-streamlocal@openssh.com open (OpenSSH PROTOCOL §2.4).</summary>
/// <remarks>
/// <code>
/// string    socket path
/// string    reserved for future use
/// </code>
/// </remarks>
/// <param name="Path">The socket that was connected.</param>
/// <param name="Reserved">Empty.</param>
public readonly record struct ForwardedStreamlocalFields(string Path, string Reserved) : IWireValue<ForwardedStreamlocalFields>
{
    /// <inheritdoc/>
    public int EncodedLength => SshWriter.TextLength(Path) + SshWriter.TextLength(Reserved);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ForwardedStreamlocalFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string path) ||
            !reader.TryReadText(out string reserved)) return DecodeStatus.Truncated;
        value = new ForwardedStreamlocalFields(path, reserved);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Path);
        writer.WriteText(Reserved);
        return writer.Written;
    }
}
