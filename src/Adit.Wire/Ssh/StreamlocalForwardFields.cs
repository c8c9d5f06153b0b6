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
        DecodeStatus status = OneField.TryDecode(source, out string path, out consumed);
        value = new StreamlocalForwardFields(path);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.EncodeText(destination, Path);
}
