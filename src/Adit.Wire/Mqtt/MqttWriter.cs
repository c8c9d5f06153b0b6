using System.Buffers.Binary;

namespace Adit.Wire.Mqtt;

/// <summary>Puts the fields of a packet one after the other.</summary>
/// <param name="destination">Room for all of them.</param>
internal ref struct MqttWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Octets so far.</summary>
    public int Written { get; private set; }

    /// <summary>Octets of a text or octets with their length.</summary>
    public static int TextLength(ReadOnlySpan<byte> text) => 2 + text.Length;

    /// <summary>Begins a packet.</summary>
    public static MqttWriter Begin(Span<byte> destination, MqttFixedHeader header, string what)
    {
        WireRoom.Require(destination, header.PacketLength, what);
        var writer = new MqttWriter(destination);
        writer.Written = header.Write(destination);
        return writer;
    }

    /// <summary>Begins a packet that names topics (§3.8, §3.10): its header, the packet identifier and no properties.</summary>
    public static MqttWriter Begin(Span<byte> destination, MqttPacketType type, MqttVersion version, ushort id, int length, string what)
    {
        MqttWriter writer = Begin(destination, HeaderOf(type, version, length), what);
        writer.WriteUInt16(id);
        if (version == MqttVersion.V5) writer.WriteByte(0);
        return writer;
    }

    /// <summary>The header of such a packet.</summary>
    public static MqttFixedHeader HeaderOf(MqttPacketType type, MqttVersion version, int length) => new(type, MqttFixedHeader.FlagsOf(type), 2 + (version == MqttVersion.V5 ? 1 : 0) + length);

    public void WriteByte(int value) => _destination[Written++] = (byte)value;

    public void WriteUInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_destination[Written..], (ushort)value);
        Written += 2;
    }

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_destination[Written..], value);
        Written += 4;
    }

    public void WriteInteger(int value) => Written += MqttFixedHeader.WriteInteger(_destination[Written..], (uint)value);

    public void WriteText(ReadOnlySpan<byte> text)
    {
        if (text.Length > ushort.MaxValue) throw new ArgumentException($"mqtt text: expected at most 65535 octets, got {text.Length}", nameof(text)); // §1.5.4
        WriteUInt16(text.Length);
        Write(text);
    }

    public void Write(ReadOnlySpan<byte> octets)
    {
        octets.CopyTo(_destination[Written..]);
        Written += octets.Length;
    }
}
