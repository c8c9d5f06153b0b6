namespace Adit.Wire.Ssh;

/// <summary>
/// Fields of hostkeys-00@openssh.com and hostkeys-prove-00@openssh.com (OpenSSH PROTOCOL §2.5), and of the success reply to the latter: strings up to
/// the end of the packet, host key blobs in the requests and signatures in the reply.
/// </summary>
/// <remarks>
/// <code>
/// string[]  hostkeys (or signatures), until the end
/// </code>
/// Every prefix that ends between two strings decodes as a shorter list.
/// </remarks>
/// <param name="Items">The blobs, in order.</param>
public readonly record struct HostKeysFields(ReadOnlyMemory<byte>[] Items) : IWireValue<HostKeysFields>
{
    /// <inheritdoc/>
    public int EncodedLength => Items.Sum(i => 4 + i.Length);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out HostKeysFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        var items = new List<ReadOnlyMemory<byte>>();
        while (reader.Remaining > 0)
        {
            if (!reader.TryReadString(out ReadOnlySpan<byte> item)) return DecodeStatus.Truncated;
            items.Add(item.ToArray());
        }

        value = new HostKeysFields([.. items]);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        foreach (ReadOnlyMemory<byte> item in Items) writer.WriteString(item.Span);
        return writer.Written;
    }
}
