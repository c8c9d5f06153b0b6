namespace Adit.Wire.Smpp;

/// <summary>
/// Body of bind_transmitter, bind_receiver and bind_transceiver (SMPP 3.4 §4.1.1, §4.1.3, §4.1.5):
/// <c>system_id ≤ 16 | password ≤ 9 | system_type ≤ 13 | interface_version 1 | addr_ton 1 | addr_npi 1 | address_range ≤ 41</c>.
/// </summary>
/// <param name="SystemId">Who binds.</param>
/// <param name="Password">Its password. A secret.</param>
/// <param name="SystemType">What the operator wants it to say; mostly empty.</param>
/// <param name="AddressRange">Which numbers it serves; mostly empty.</param>
public readonly record struct SmppBind(string? SystemId, string? Password, string? SystemType = "", string? AddressRange = "") : IWireValue<SmppBind>
{
    /// <summary>system_id's size, NUL included.</summary>
    public const int MostSystemId = 16;

    /// <summary>password's size, NUL included.</summary>
    public const int MostPassword = 9;

    /// <summary>system_type's size, NUL included.</summary>
    public const int MostSystemType = 13;

    private const int MostAddressRange = 41;
    private const byte Version = 0x34; // §5.2.4

    /// <summary>interface_version.</summary>
    public byte InterfaceVersion { get; init; } = Version;

    /// <summary>addr_ton of the range.</summary>
    public byte TypeOfNumber { get; init; }

    /// <summary>addr_npi of the range.</summary>
    public byte NumberingPlan { get; init; }

    /// <inheritdoc/>
    public int EncodedLength => (SystemId?.Length ?? 0) + (Password?.Length ?? 0) + (SystemType?.Length ?? 0) + (AddressRange?.Length ?? 0) + 4 + 3;

    /// <inheritdoc/>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out SmppBind value, out int consumed)
    {
        (value, consumed) = (default, 0);
        var reader = new SmppFieldReader(source);
        string system = reader.ReadText(MostSystemId), password = reader.ReadText(MostPassword), type = reader.ReadText(MostSystemType);
        byte version = reader.ReadByte(), ton = reader.ReadByte(), npi = reader.ReadByte();
        string range = reader.ReadText(MostAddressRange);
        if (reader.Status != DecodeStatus.Ok) return reader.Status;
        value = new SmppBind(system, password, type, range) { InterfaceVersion = version, TypeOfNumber = ton, NumberingPlan = npi };
        consumed = reader.At;
        return DecodeStatus.Ok;
    }

    /// <inheritdoc/>
    public int Encode(Span<byte> destination)
    {
        WireRoom.Require(destination, EncodedLength, "smpp: bind");
        var writer = new SmppFieldWriter(destination);
        writer.WriteText(SystemId);
        writer.WriteText(Password);
        writer.WriteText(SystemType);
        writer.WriteByte(InterfaceVersion);
        writer.WriteByte(TypeOfNumber);
        writer.WriteByte(NumberingPlan);
        writer.WriteText(AddressRange);
        return writer.At;
    }

    /// <summary>Without the password.</summary>
    public override string ToString() => $"bind {SystemId}";
}
