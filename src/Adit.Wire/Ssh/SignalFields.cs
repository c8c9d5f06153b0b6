namespace Adit.Wire.Ssh;

/// <summary>Fields of a signal request (RFC 4254 §6.9).</summary>
/// <remarks>
/// <code>
/// string    signal name (without the "SIG" prefix)
/// </code>
/// </remarks>
/// <param name="SignalName">For example INT.</param>
public readonly record struct SignalFields(string SignalName) : IWireValue<SignalFields>
{
    /// <inheritdoc/>
    public int EncodedLength => SshWriter.TextLength(SignalName);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SignalFields value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (!reader.TryReadText(out string signalName)) return DecodeStatus.Truncated;
        value = new SignalFields(signalName);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteText(SignalName);
        return writer.Written;
    }
}
