namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_SERVICE_REQUEST (RFC 4253 §10): asks for ssh-userauth or ssh-connection.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_SERVICE_REQUEST
/// string    service name
/// </code>
/// </remarks>
/// <param name="ServiceName">The service.</param>
public readonly record struct ServiceRequestMessage(string ServiceName) : ISshMessage<ServiceRequestMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.ServiceRequest;

    /// <inheritdoc/>
    public int EncodedLength => 1 + SshWriter.TextLength(ServiceName);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ServiceRequestMessage value, out int consumed)
    {
        DecodeStatus status = OneField.TryDecode(source, Number, out string serviceName, out consumed);
        value = new ServiceRequestMessage(serviceName);
        return status;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination) => OneField.EncodeText(destination, Number, ServiceName);
}
