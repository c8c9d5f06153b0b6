namespace Adit.Wire.Smpp;

/// <summary>
/// Body of submit_sm and deliver_sm (SMPP 3.4 §4.4.1, §4.6.1):
/// <c>service_type ≤ 6 | source 2 + ≤ 21 | destination 2 + ≤ 21 | esm_class 1 | protocol_id 1 | priority_flag 1 | schedule_delivery_time ≤ 17 | validity_period ≤ 17 |
/// registered_delivery 1 | replace_if_present_flag 1 | data_coding 1 | sm_default_msg_id 1 | sm_length 1 | short_message ≤ 254 | TLVs</c>.
/// </summary>
public readonly ref struct SmppMessage
{
    /// <summary>short_message's size (§5.2.22).</summary>
    public const int MostShort = 254;

    private const int MostServiceType = 6;
    private const int MostTime = 17;

    /// <summary>Who it is from.</summary>
    public SmppAddress Source { get; init; }

    /// <summary>Who it is to.</summary>
    public SmppAddress Destination { get; init; }

    /// <summary>esm_class (§5.2.12): bits 2–5 are the type (0x04 delivery receipt), bit 6 says that a user data header is in front.</summary>
    public byte EsmClass { get; init; }

    /// <summary>data_coding (§5.2.19): 0 the centre's default, 1 ASCII, 3 Latin-1, 2 and 4 octets, 8 UCS-2.</summary>
    public byte DataCoding { get; init; }

    /// <summary>validity_period (§7.1.1): empty, or 16 characters as <see cref="SmppTime"/> writes them.</summary>
    public string? ValidityPeriod { get; init; }

    /// <summary>registered_delivery (§5.2.17): 0 for no receipt.</summary>
    public byte RegisteredDelivery { get; init; }

    /// <summary>short_message, or what message_payload held in its stead (§5.3.2.32).</summary>
    public ReadOnlySpan<byte> Text { get; init; }

    /// <summary>Optional parameters as they stand.</summary>
    public ReadOnlySpan<byte> Parameters { get; init; }

    /// <summary>Whether it is a receipt or another notice of the centre's, no message (§5.2.12: message type not 0).</summary>
    public bool IsNotice => (EsmClass & 0x3c) != 0;

    /// <summary>Whether a user data header is in front (§5.2.12: UDHI).</summary>
    public bool HasUserDataHeader => (EsmClass & 0x40) != 0;

    /// <summary>Octets that <see cref="Encode"/> writes.</summary>
    public int EncodedLength => 1 + Source.Length + Destination.Length + 3 + 1 + (ValidityPeriod?.Length ?? 0) + 1 + 4 + 1 + Text.Length + Parameters.Length;

    /// <summary>Reads the body of a PDU.</summary>
    /// <param name="source">The body: all of it and nothing else.</param>
    /// <param name="value">The message; its text lies in <paramref name="source"/>.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SmppMessage value)
    {
        value = default;
        var reader = new SmppFieldReader(source);
        _ = reader.ReadText(MostServiceType);
        SmppAddress from = reader.ReadAddress(), to = reader.ReadAddress();
        byte esm = reader.ReadByte();
        _ = reader.ReadByte();
        _ = reader.ReadByte();
        _ = reader.ReadText(MostTime);
        string validity = reader.ReadText(MostTime);
        byte registered = reader.ReadByte();
        _ = reader.ReadByte();
        byte coding = reader.ReadByte();
        _ = reader.ReadByte();
        int length = reader.ReadByte();
        if (reader.Status == DecodeStatus.Ok && length > MostShort) return DecodeStatus.BadLength; // §5.2.21
        ReadOnlySpan<byte> text = reader.ReadOctets(length);
        if (reader.Status != DecodeStatus.Ok) return reader.Status;
        ReadOnlySpan<byte> parameters = reader.Rest;
        DecodeStatus status = SmppParameter.TryFind(parameters, SmppParameter.MessagePayload, out ReadOnlySpan<byte> payload);
        if (status is not (DecodeStatus.Ok or DecodeStatus.Unsupported)) return status;
        // §5.3.2.32: either short_message or message_payload, sm_length then is 0.
        if (status == DecodeStatus.Ok && length > 0) return DecodeStatus.BadValue;
        value = new SmppMessage
        {
            Source = from, Destination = to, EsmClass = esm, DataCoding = coding, ValidityPeriod = validity, RegisteredDelivery = registered,
            Text = status == DecodeStatus.Ok ? payload : text, Parameters = parameters,
        };
        return DecodeStatus.Ok;
    }

    /// <summary>Writes it, the text as short_message.</summary>
    /// <param name="destination">At least <see cref="EncodedLength"/> octets.</param>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">The text is too long, or there is too little room.</exception>
    public int Encode(Span<byte> destination)
    {
        if (Text.Length > MostShort) throw new ArgumentException($"smpp: short_message: expected at most {MostShort} octets, got {Text.Length}", nameof(destination));
        WireRoom.Require(destination, EncodedLength, "smpp: message");
        var writer = new SmppFieldWriter(destination);
        writer.WriteText(null);
        writer.WriteAddress(Source);
        writer.WriteAddress(Destination);
        writer.WriteByte(EsmClass);
        writer.WriteByte(0);
        writer.WriteByte(0);
        writer.WriteText(null);
        writer.WriteText(ValidityPeriod);
        writer.WriteByte(RegisteredDelivery);
        writer.WriteByte(0);
        writer.WriteByte(DataCoding);
        writer.WriteByte(0);
        writer.WriteByte((byte)Text.Length);
        writer.WriteOctets(Text);
        writer.WriteOctets(Parameters);
        return writer.At;
    }
}
