namespace Adit.Wire.Sms;

/// <summary>
/// SMS-SUBMIT (GSM 03.40 §9.2.2.2): <c>type 1 | message reference 1 | destination 2–12 | protocol 1 | coding 1 | validity 0, 1 or 7 | user data length 1 | user data ≤ 140</c>.
/// Type: bits 1–0 are 01, 2 reject duplicates, 4–3 validity's form (10 relative), 5 status report, 6 user data header, 7 reply path.
/// </summary>
public readonly ref struct SmsSubmit
{
    private const byte Type = 0x01;
    private const byte RelativeValidity = 0x10;
    private const byte Header = 0x40;

    /// <summary>TP-Destination-Address.</summary>
    public SmsNumber Destination { get; init; }

    /// <summary>TP-Message-Reference; 0 lets the telephone choose.</summary>
    public byte Reference { get; init; }

    /// <summary>TP-Data-Coding-Scheme.</summary>
    public byte Coding { get; init; }

    /// <summary>TP-Validity-Period, relative; null for none.</summary>
    public byte? Validity { get; init; }

    /// <summary>Whether user data begins with a header.</summary>
    public bool HasHeader { get; init; }

    /// <summary>TP-User-Data-Length: septets or octets, as the coding says.</summary>
    public int UserDataLength { get; init; }

    /// <summary>TP-User-Data.</summary>
    public ReadOnlySpan<byte> UserData { get; init; }

    /// <summary>Octets that <see cref="Encode"/> writes.</summary>
    public int EncodedLength => 2 + Destination.EncodedLength + 2 + (Validity is null ? 0 : 1) + 1 + UserData.Length;

    /// <summary>Reads a TPDU.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SmsSubmit value)
    {
        value = default;
        if (source.Length < 2) return DecodeStatus.Truncated;
        byte type = source[0];
        if ((type & 3) != Type) return DecodeStatus.BadValue; // §9.2.3.1
        DecodeStatus status = SmsNumber.TryDecode(source[2..], out SmsNumber to, out int consumed);
        if (status != DecodeStatus.Ok) return status;
        int at = 2 + consumed;
        int validity = ((type >> 3) & 3) switch { 0 => 0, 2 => 1, _ => 7 }; // §9.2.3.3
        if (source.Length < at + 2 + validity) return DecodeStatus.Truncated;
        byte coding = source[at + 1];
        byte? relative = validity == 1 ? source[at + 2] : null;
        status = SmsUserData.TryDecode(source[(at + 2 + validity)..], coding, out int length, out ReadOnlySpan<byte> data);
        if (status != DecodeStatus.Ok) return status;
        value = new SmsSubmit { Reference = source[1], Destination = to, Coding = coding, Validity = relative, HasHeader = (type & Header) != 0, UserDataLength = length, UserData = data };
        return DecodeStatus.Ok;
    }

    /// <summary>Writes the TPDU.</summary>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">There is too little room, or too much user data.</exception>
    public int Encode(Span<byte> destination)
    {
        if (UserData.Length > SmsUserData.Most) throw new ArgumentException($"sms: user data: expected at most {SmsUserData.Most} octets, got {UserData.Length}", nameof(destination));
        WireRoom.Require(destination, EncodedLength, "sms: submit");
        destination[0] = (byte)(Type | (Validity is null ? 0 : RelativeValidity) | (HasHeader ? Header : 0));
        destination[1] = Reference;
        int at = 2 + Destination.Encode(destination[2..]);
        destination[at++] = 0;
        destination[at++] = Coding;
        if (Validity is { } validity) destination[at++] = validity;
        destination[at++] = (byte)UserDataLength;
        UserData.CopyTo(destination[at..]);
        return at + UserData.Length;
    }
}
