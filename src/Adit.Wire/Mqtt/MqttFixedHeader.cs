namespace Adit.Wire.Mqtt;

/// <summary>What every control packet begins with.</summary>
/// <param name="Type">Which packet.</param>
/// <param name="Flags">The low four bits; of meaning with PUBLISH only.</param>
/// <param name="RemainingLength">Octets that follow.</param>
/// <remarks><code>
/// type (4 bits) | flags (4 bits) | remaining length (variable byte integer, 1–4)      MQTT 5 §2.1.1
/// </code></remarks>
public readonly record struct MqttFixedHeader(MqttPacketType Type, byte Flags, int RemainingLength)
{
    /// <summary>The longest remaining length (§1.5.5).</summary>
    public const int LongestRemaining = 268_435_455;

    /// <summary>Octets of the longest header.</summary>
    public const int LongestLength = 5;

    /// <summary>Octets of this header.</summary>
    public int Length => 1 + IntegerLength((uint)RemainingLength);

    /// <summary>Octets of the whole packet.</summary>
    public int PacketLength => Length + RemainingLength;

    /// <summary>Octets of a variable byte integer (§1.5.5).</summary>
    public static int IntegerLength(uint value) => value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : 4;

    /// <summary>Reads a header, judging its flags.</summary>
    /// <param name="source">Octets of a stream, at the beginning of a packet.</param>
    /// <param name="header">What it says.</param>
    /// <returns>Ok; Truncated where more octets may complete it; BadLength, BadValue.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, out MqttFixedHeader header)
    {
        header = default;
        if (source.IsEmpty) return DecodeStatus.Truncated;
        var type = (MqttPacketType)(source[0] >> 4);
        byte flags = (byte)(source[0] & 15);
        if (type == 0) return DecodeStatus.BadValue; // §2.1.2: reserved, forbidden
        if (type == MqttPacketType.Publish)
        {
            if ((flags & 6) == 6) return DecodeStatus.BadValue; // §3.3.1.2: QoS 3
            if ((flags & 14) == 8) return DecodeStatus.BadValue; // §3.3.1.1: DUP of QoS 0
        }
        else if (flags != FlagsOf(type))
        {
            return DecodeStatus.BadValue; // §2.1.3
        }

        DecodeStatus status = TryReadInteger(source[1..], out uint length, out int consumed);
        if (status != DecodeStatus.Ok) return status;
        header = new MqttFixedHeader(type, flags, (int)length);
        return header.Length == 1 + consumed ? DecodeStatus.Ok : DecodeStatus.BadLength;
    }

    /// <summary>Writes it.</summary>
    /// <param name="destination">At least <see cref="Length"/> octets.</param>
    /// <returns>Octets written.</returns>
    public int Write(Span<byte> destination)
    {
        WireRoom.Require(destination, Length, "mqtt header");
        destination[0] = (byte)(((int)Type << 4) | Flags);
        return 1 + WriteInteger(destination[1..], (uint)RemainingLength);
    }

    /// <summary>The flags that a packet other than PUBLISH must have (§2.1.3).</summary>
    internal static byte FlagsOf(MqttPacketType type) => type is MqttPacketType.PublishRelease or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe ? (byte)2 : (byte)0;

    /// <summary>A variable byte integer, in as few octets as it needs (§1.5.5).</summary>
    internal static DecodeStatus TryReadInteger(ReadOnlySpan<byte> source, out uint value, out int consumed)
    {
        (value, consumed) = (0, 0);
        while (consumed < source.Length)
        {
            byte octet = source[consumed];
            value |= (uint)(octet & 127) << (7 * consumed++);
            if (octet < 128) return consumed > 1 && octet == 0 ? DecodeStatus.BadLength : DecodeStatus.Ok;
            if (consumed == 4) return DecodeStatus.BadLength;
        }

        return DecodeStatus.Truncated;
    }

    internal static int WriteInteger(Span<byte> destination, uint value)
    {
        int at = 0;
        for (; value >= 128; value >>= 7) destination[at++] = (byte)(value | 128);
        destination[at++] = (byte)value;
        return at;
    }
}
