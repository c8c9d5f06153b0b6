namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_USERAUTH_REQUEST (RFC 4252 §5): one attempt to log in.</summary>
/// <remarks>
/// Every prefix that holds the fixed fields decodes as a message with fewer octets in <see cref="MethodFields"/>.
/// <code>
/// byte      SSH_MSG_USERAUTH_REQUEST
/// string    user name
/// string    service name
/// string    method name
/// octets    method specific fields
/// </code>
/// </remarks>
/// <param name="User">Who.</param>
/// <param name="Service">The service to start, ssh-connection.</param>
/// <param name="Method">none, publickey, publickey-hostbound-v00@openssh.com, password, keyboard-interactive.</param>
/// <param name="MethodFields">For example a <see cref="PublicKeyAuthFields"/>; empty for none.</param>
public readonly record struct UserauthRequestMessage(
    string User,
    string Service,
    string Method,
    ReadOnlyMemory<byte> MethodFields) : ISshMessage<UserauthRequestMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.UserauthRequest;

    /// <inheritdoc/>
    public int EncodedLength => 1
        + SshWriter.TextLength(User)
        + SshWriter.TextLength(Service)
        + SshWriter.TextLength(Method) + MethodFields.Length;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UserauthRequestMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadText(out string user) ||
            !reader.TryReadText(out string service) ||
            !reader.TryReadText(out string method)) return DecodeStatus.Truncated;
        value = new UserauthRequestMessage(user, service, method, reader.ReadRest().ToArray());
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteText(User);
        writer.WriteText(Service);
        writer.WriteText(Method);
        writer.WriteBytes(MethodFields.Span);
        return writer.Written;
    }
}
