namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_EXT_INFO (RFC 8308 §2.3): extensions the sender knows.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_EXT_INFO
/// uint32    nr-extensions
/// repeat nr-extensions times:
///   string  extension-name
///   string  extension-value (binary)
/// </code>
/// </remarks>
/// <param name="Extensions">The extensions, in order.</param>
public readonly record struct ExtInfoMessage(SshExtension[] Extensions) : ISshMessage<ExtInfoMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ExtInfo;

    /// <inheritdoc/>
    public int EncodedLength => 5 + Extensions.Sum(e => SshWriter.TextLength(e.Name) + 4 + e.Value.Length);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ExtInfoMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint count)) return DecodeStatus.Truncated;

        // Each extension takes 8 octets at least, so the packet bounds the array before it is made.
        if (count > reader.Remaining / 8) return DecodeStatus.Truncated;
        var extensions = new SshExtension[count];
        for (int i = 0; i < extensions.Length; i++)
        {
            if (!reader.TryReadText(out string name) || !reader.TryReadString(out ReadOnlySpan<byte> octets)) return DecodeStatus.Truncated;
            extensions[i] = new SshExtension(name, octets.ToArray());
        }

        value = new ExtInfoMessage(extensions);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteUInt32((uint)Extensions.Length);
        foreach (SshExtension extension in Extensions)
        {
            writer.WriteText(extension.Name);
            writer.WriteString(extension.Value.Span);
        }

        return writer.Written;
    }
}
