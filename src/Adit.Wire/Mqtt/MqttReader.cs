using System.Buffers.Binary;
using System.Text.Unicode;

namespace Adit.Wire.Mqtt;

/// <summary>Takes fields off the body of a packet that is there whole. Once one could not be read, <see cref="Status"/> says why and nothing more is read.</summary>
/// <param name="source">The octets.</param>
internal ref struct MqttReader(ReadOnlySpan<byte> source)
{
    private ReadOnlySpan<byte> _rest = source;

    /// <summary>What went wrong first.</summary>
    public DecodeStatus Status { get; private set; }

    /// <summary>What was not read yet.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Begins with a whole packet: reads its header and leaves what follows.</summary>
    public static DecodeStatus TryOpen(ReadOnlySpan<byte> packet, MqttPacketType type, out MqttFixedHeader header, out MqttReader body)
    {
        body = default;
        DecodeStatus status = MqttFixedHeader.TryRead(packet, out header);
        if (status != DecodeStatus.Ok) return status;
        if (header.Type != type) return DecodeStatus.Unsupported;
        if (packet.Length < header.PacketLength) return DecodeStatus.Truncated;
        body = new MqttReader(packet[header.Length..header.PacketLength]);
        return DecodeStatus.Ok;
    }

    /// <summary>Begins with a whole packet whose body begins with a packet identifier and, in MQTT 5, properties: reads both.</summary>
    public static DecodeStatus TryOpen(ReadOnlySpan<byte> packet, MqttPacketType type, MqttVersion version, out ushort id, out MqttReader body)
    {
        id = 0;
        DecodeStatus status = TryOpen(packet, type, out _, out body);
        if (status != DecodeStatus.Ok) return status;
        id = body.ReadUInt16();
        if (id == 0) body.Fail(DecodeStatus.BadValue); // §2.2.1
        if (version == MqttVersion.V5) _ = MqttProperties.Read(ref body, type);
        return body.Status;
    }

    public byte ReadByte() => Take(1) is { Length: 1 } octets ? octets[0] : (byte)0;

    public ushort ReadUInt16() => Take(2) is { Length: 2 } octets ? BinaryPrimitives.ReadUInt16BigEndian(octets) : (ushort)0;

    public uint ReadUInt32() => Take(4) is { Length: 4 } octets ? BinaryPrimitives.ReadUInt32BigEndian(octets) : 0;

    public uint ReadInteger()
    {
        DecodeStatus status = MqttFixedHeader.TryReadInteger(_rest, out uint value, out int consumed);
        if (status != DecodeStatus.Ok) Fail(DecodeStatus.BadLength);
        else Take(consumed);
        return value;
    }

    /// <summary>A length of two octets, and octets (§1.5.6).</summary>
    public ReadOnlySpan<byte> ReadBinary() => Take(ReadUInt16());

    /// <summary>The same, of UTF-8 without U+0000 (§1.5.4).</summary>
    public ReadOnlySpan<byte> ReadText()
    {
        ReadOnlySpan<byte> text = ReadBinary();
        if (text.Contains((byte)0) || !Utf8.IsValid(text)) Fail(DecodeStatus.BadValue);
        return text;
    }

    public ReadOnlySpan<byte> Take(int length)
    {
        if (Status == DecodeStatus.Ok && length <= _rest.Length)
        {
            ReadOnlySpan<byte> taken = _rest[..length];
            _rest = _rest[length..];
            return taken;
        }

        Fail(DecodeStatus.BadLength);
        return default;
    }

    public void Fail(DecodeStatus status)
    {
        if (Status == DecodeStatus.Ok) Status = status;
        _rest = default;
    }

    /// <summary>Fails with what is left over, and says how it went.</summary>
    public DecodeStatus End()
    {
        if (!_rest.IsEmpty) Fail(DecodeStatus.BadLength);
        return Status;
    }
}
