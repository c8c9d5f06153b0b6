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
        DecodeStatus status = OneField.TryDecode(source, Number, out string serviceName, out consumed);
        value = new ServiceAcceptMessage(serviceName);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.EncodeText(destination, Number, ServiceName);
}
