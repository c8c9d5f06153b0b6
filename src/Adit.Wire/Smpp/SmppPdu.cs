namespace Adit.Wire.Smpp;

/// <summary>Whole PDUs.</summary>
public static class SmppPdu
{
    /// <summary>Takes the first PDU of what arrived.</summary>
    /// <param name="source">Octets of the connection.</param>
    /// <param name="header">Its header.</param>
    /// <param name="body">Its body.</param>
    /// <returns><see cref="DecodeStatus.Truncated"/> while it is not complete; <see cref="DecodeStatus.BadLength"/> when the connection is lost beyond repair.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, out SmppHeader header, out ReadOnlySpan<byte> body)
    {
        body = default;
        DecodeStatus status = SmppHeader.TryDecode(source, out header, out _);
        if (status != DecodeStatus.Ok) return status;
        if (source.Length < header.Length) return DecodeStatus.Truncated;
        body = source[SmppHeader.HeaderLength..header.Length];
        return DecodeStatus.Ok;
    }

    /// <summary>Writes the header in front of a body that was written already.</summary>
    /// <param name="room">Room for all, the body at 16.</param>
    /// <param name="command">command_id.</param>
    /// <param name="status">command_status.</param>
    /// <param name="sequence">sequence_number.</param>
    /// <param name="body">Octets of the body.</param>
    /// <returns>Octets of the PDU.</returns>
    public static int WriteHeader(Span<byte> room, SmppCommand command, SmppStatus status, uint sequence, int body = 0)
    {
        new SmppHeader(SmppHeader.HeaderLength + body, command, status, sequence).Encode(room);
        return SmppHeader.HeaderLength + body;
    }

    /// <summary>Writes a PDU whose body is one C-Octet String.</summary>
    /// <returns>Octets of the PDU.</returns>
    public static int WriteText(Span<byte> room, SmppCommand command, SmppStatus status, uint sequence, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var writer = new SmppFieldWriter(room[SmppHeader.HeaderLength..]);
        writer.WriteText(text);
        return WriteHeader(room, command, status, sequence, writer.At);
    }
}
