namespace Adit.Wire.Ssh;

/// <summary>Fields of streamlocal-forward@openssh.com and cancel-streamlocal-forward@openssh.com (OpenSSH PROTOCOL §2.4).</summary>
/// <remarks>
/// <code>
/// string    socket path
/// </code>
/// </remarks>
/// <param name="Path">The path on the server.</param>
public readonly record struct StreamlocalForwardFields(string Path) : IWireValue<StreamlocalForwardFields>
{
    /// <inheritdoc/>
    public int EncodedLength => SshWriter.TextLength(Path);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out StreamlocalForwardFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string path)) return DecodeStatus.Truncated;
        value = new StreamlocalForwardFields(path);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Path);
        return writer.Written;
    }
}
