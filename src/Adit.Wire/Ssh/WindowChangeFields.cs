namespace Adit.Wire.Ssh;

/// <summary>Fields of a window-change request (RFC 4254 §6.7).</summary>
/// <remarks>
/// <code>
/// uint32    terminal width, characters
/// uint32    terminal height, rows
/// uint32    terminal width, pixels
/// uint32    terminal height, pixels
/// </code>
/// </remarks>
/// <param name="Columns">Width in characters.</param>
/// <param name="Rows">Height in rows.</param>
/// <param name="WidthPixels">Width in pixels; 0 if unknown.</param>
/// <param name="HeightPixels">Height in pixels; 0 if unknown.</param>
public readonly record struct WindowChangeFields(uint Columns, uint Rows, uint WidthPixels, uint HeightPixels) : IWireValue<WindowChangeFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 16;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out WindowChangeFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadUInt32(out uint columns) ||
            !reader.TryReadUInt32(out uint rows) ||
            !reader.TryReadUInt32(out uint widthPixels) ||
            !reader.TryReadUInt32(out uint heightPixels)) return DecodeStatus.Truncated;
        value = new WindowChangeFields(columns, rows, widthPixels, heightPixels);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteUInt32(Columns);
        writer.WriteUInt32(Rows);
        writer.WriteUInt32(WidthPixels);
        writer.WriteUInt32(HeightPixels);
        return writer.Written;
    }
}
