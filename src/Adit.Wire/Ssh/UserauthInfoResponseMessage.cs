namespace Adit.Wire.Ssh;

/// <summary>SSH_MSG_USERAUTH_INFO_RESPONSE (RFC 4256 §3.4): the answers, as many as there were prompts.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_USERAUTH_INFO_RESPONSE
/// int       num-responses
/// repeat num-responses times:
///   string  response
/// </code>
/// </remarks>
/// <param name="Responses">The answers, in the order of the prompts. Secret.</param>
public readonly record struct UserauthInfoResponseMessage(string[] Responses) : ISshMessage<UserauthInfoResponseMessage>
{
    /// <inheritdoc/>
    public static MessageNumber Number => MessageNumber.UserauthInfoResponse;

    /// <inheritdoc/>
    public int EncodedLength => 5 + Responses.Sum(SshWriter.TextLength);

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out UserauthInfoResponseMessage value, out int consumed)
    {
        value = default;
        consumed = 0;
        var reader = new SshReader(source);
        if (reader.ExpectMessage(Number) is not DecodeStatus.Ok and var status) return status;
        if (!reader.TryReadUInt32(out uint count)) return DecodeStatus.Truncated;
        if (count > UserauthInfoRequestMessage.MaximumPrompts) return DecodeStatus.BadValue;
        string[] responses = new string[count];
        for (int i = 0; i < responses.Length; i++)
        {
            if (!reader.TryReadText(out responses[i])) return DecodeStatus.Truncated;
        }

        value = new UserauthInfoResponseMessage(responses);
        return reader.ExpectEnd(out consumed);
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        var writer = new SshWriter(destination);
        writer.WriteMessage(Number);
        writer.WriteUInt32((uint)Responses.Length);
        foreach (string response in Responses) writer.WriteText(response);
        return writer.Written;
    }

    /// <summary>The number of answers only: the content is secret.</summary>
    public override string ToString() => $"{nameof(UserauthInfoResponseMessage)} {{ {Responses?.Length ?? 0} responses }}";
}
