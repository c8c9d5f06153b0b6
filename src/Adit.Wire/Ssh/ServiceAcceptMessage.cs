namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_SERVICE_ACCEPT (RFC 4253 §10): the service may be used.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_SERVICE_ACCEPT
/// string    service name
/// </code>
/// </remarks>
/// <param name="ServiceName">The service asked for.</param>
public readonly record struct ServiceAcceptMessage(string ServiceName) : ISshMessage<ServiceAcceptMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ServiceAccept;

    /// <inheritdoc/>
    public int EncodedLength => 1 + SshWriter.TextLength(ServiceName);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ServiceAcceptMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadText(out string serviceName)) return DecodeStatus.Truncated;
        value = new ServiceAcceptMessage(serviceName);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteText(ServiceName);
        return writer.Written;
    }
}
