namespace Adit.Wire.Ssh;

/// <summary>Fields of a pty-req request (RFC 4254 §6.2).</summary>
/// <remarks>
/// <code>
/// string    TERM environment variable value
/// uint32    terminal width, characters
/// uint32    terminal height, rows
/// uint32    terminal width, pixels
/// uint32    terminal height, pixels
/// string    encoded terminal modes
/// </code>
/// </remarks>
/// <param name="Term">For example xterm-256color.</param>
/// <param name="Columns">Width in characters.</param>
/// <param name="Rows">Height in rows.</param>
/// <param name="WidthPixels">Width in pixels; 0 if unknown.</param>
/// <param name="HeightPixels">Height in pixels; 0 if unknown.</param>
/// <param name="Modes">RFC 4254 §8.</param>
public readonly record struct PtyReqFields(
    string Term,
    uint Columns,
    uint Rows,
    uint WidthPixels,
    uint HeightPixels,
    ReadOnlyMemory<byte> Modes) : IWireValue<PtyReqFields>
{
    /// <inheritdoc/>
    public int EncodedLength => 20 + SshWriter.TextLength(Term) + Modes.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out PtyReqFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string term) ||
            !reader.TryReadUInt32(out uint columns) ||
            !reader.TryReadUInt32(out uint rows) ||
            !reader.TryReadUInt32(out uint widthPixels) ||
            !reader.TryReadUInt32(out uint heightPixels) ||
            !reader.TryReadString(out ReadOnlySpan<byte> modes)) return DecodeStatus.Truncated;
        value = new PtyReqFields(term, columns, rows, widthPixels, heightPixels, modes.ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(Term);
        writer.WriteUInt32(Columns);
        writer.WriteUInt32(Rows);
        writer.WriteUInt32(WidthPixels);
        writer.WriteUInt32(HeightPixels);
        writer.WriteString(Modes.Span);
        return writer.Written;
    }
}
