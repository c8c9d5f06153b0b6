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
        DecodeStatus status = OneField.TryDecode(source, out string signalName, out consumed);
        value = new SignalFields(signalName);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.EncodeText(destination, SignalName);
}
