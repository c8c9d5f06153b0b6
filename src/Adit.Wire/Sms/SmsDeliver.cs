namespace Adit.Wire.Sms;

/// <summary>
/// SMS-DELIVER (GSM 03.40 §9.2.2.1): <c>type 1 | originator 2–12 | protocol 1 | coding 1 | time stamp 7 | user data length 1 | user data ≤ 140</c>.
/// Type: bits 1–0 are 00, 2 no more messages, 5 status report, 6 user data header, 7 reply path.
/// </summary>
public readonly ref struct SmsDeliver
{
    private const byte NoMoreMessages = 0x04;
    private const byte Header = 0x40;

    /// <summary>TP-Originating-Address.</summary>
    public SmsNumber Originator { get; init; }

    /// <summary>TP-Data-Coding-Scheme.</summary>
    public byte Coding { get; init; }

    /// <summary>TP-Service-Centre-Time-Stamp.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Whether user data begins with a header.</summary>
    public bool HasHeader { get; init; }

    /// <summary>TP-User-Data-Length: septets or octets, as the coding says.</summary>
    public int UserDataLength { get; init; }

    /// <summary>TP-User-Data.</summary>
    public ReadOnlySpan<byte> UserData { get; init; }

    /// <summary>Octets that <see cref="Encode"/> writes.</summary>
    public int EncodedLength => 1 + Originator.EncodedLength + 2 + SmsTimestamp.Length + 1 + UserData.Length;

    /// <summary>Reads a TPDU.</summary>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SmsDeliver value)
    {
        value = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        if ((source[0] & 3) != 0) return DecodeStatus.BadValue; // §9.2.3.1
        DecodeStatus status = SmsNumber.TryDecode(source[1..], out SmsNumber from, out int consumed);
        if (status != DecodeStatus.Ok) return status;
        int at = 1 + consumed;
        if (source.Length < at + 2 + SmsTimestamp.Length) return DecodeStatus.Truncated;
        status = SmsTimestamp.TryDecode(source[(at + 2)..], out DateTimeOffset time);
        if (status != DecodeStatus.Ok) return status;
        byte coding = source[at + 1];
        status = SmsUserData.TryDecode(source[(at + 2 + SmsTimestamp.Length)..], coding, out int length, out ReadOnlySpan<byte> data);
        if (status != DecodeStatus.Ok) return status;
        value = new SmsDeliver { Originator = from, Coding = coding, Time = time, HasHeader = (source[0] & Header) != 0, UserDataLength = length, UserData = data };
        return DecodeStatus.Ok;
    }

    /// <summary>Writes the TPDU.</summary>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">There is too little room, or too much user data.</exception>
    public int Encode(Span<byte> destination)
    {
        if (UserData.Length > SmsUserData.Most) throw new ArgumentException($"sms: user data: expected at most {SmsUserData.Most} octets, got {UserData.Length}", nameof(destination));
        WireRoom.Require(destination, EncodedLength, "sms: deliver");
        destination[0] = (byte)(NoMoreMessages | (HasHeader ? Header : 0));
        int at = 1 + Originator.Encode(destination[1..]);
        destination[at++] = 0;
        destination[at++] = Coding;
        at += SmsTimestamp.Encode(Time, destination[at..]);
        destination[at++] = (byte)UserDataLength;
        UserData.CopyTo(destination[at..]);
        return at + UserData.Length;
    }
}
