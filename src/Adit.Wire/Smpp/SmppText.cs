namespace Adit.Wire.Smpp;

/// <summary>Bodies that are one C-Octet String: system_id of a bind's response (SMPP 3.4 §4.1.2), message_id of submit_sm_resp (§4.4.2) and deliver_sm_resp (§4.6.2).</summary>
public static class SmppText
{
    /// <summary>message_id's size, NUL included.</summary>
    public const int MostMessageId = 65;

    /// <summary>Reads one; what follows it (TLVs) is left. An empty body, as of a response that refuses, is the empty text (§4.4.2 note).</summary>
    /// <param name="body">The body.</param>
    /// <param name="text">The text.</param>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> body, out string text)
    {
        text = "";
        if (body.IsEmpty) return DecodeStatus.Ok;
        var reader = new SmppFieldReader(body);
        text = reader.ReadText(MostMessageId);
        return reader.Status;
    }
}
