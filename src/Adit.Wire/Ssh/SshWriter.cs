using System.Buffers.Binary;
using System.Text;

namespace Adit.Wire.Ssh;

/// <summary>Writes the data types of RFC 4251 §5 into a span. Writing past its end is the caller's mistake and throws <see cref="ArgumentException"/>.</summary>
/// <param name="destination">Where to write.</param>
public ref struct SshWriter(Span<byte> destination)
{
    private readonly Span<byte> _destination = destination;

    /// <summary>Octets written so far.</summary>
    public int Written { get; private set; }

    /// <summary>Writes a message number.</summary>
    public void WriteMessage(MessageNumber number) => WriteByte((byte)number);

    /// <summary>Writes one octet.</summary>
    public void WriteByte(byte value)
    {
        Room(1)[0] = value;
        Written++;
    }

    /// <summary>Writes a boolean as 0 or 1.</summary>
    public void WriteBoolean(bool value) => WriteByte(value ? (byte)1 : (byte)0);

    /// <summary>Writes a uint32.</summary>
    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(Room(4), value);
        Written += 4;
    }

    /// <summary>Writes a uint64.</summary>
    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(Room(8), value);
        Written += 8;
    }

    /// <summary>Writes octets as they are.</summary>
    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        value.CopyTo(Room(value.Length));
        Written += value.Length;
    }

    /// <summary>Writes a string: uint32 length and the octets.</summary>
    public void WriteString(ReadOnlySpan<byte> value)
    {
        WriteUInt32((uint)value.Length);
        WriteBytes(value);
    }

    /// <summary>Writes text as a UTF-8 string.</summary>
    public void WriteText(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        WriteUInt32((uint)length);
        Encoding.UTF8.GetBytes(value, Room(length));
        Written += length;
    }

    /// <summary>Writes a name-list.</summary>
    public void WriteNameList(ReadOnlySpan<string> names) => WriteText(string.Join(',', names));

    /// <summary>Writes a non-negative big-endian magnitude as an mpint: no superfluous leading zeros, one if the top bit is set.</summary>
    public void WriteMpint(ReadOnlySpan<byte> magnitude)
    {
        magnitude = magnitude.TrimStart((byte)0);
        bool pad = magnitude.Length > 0 && (magnitude[0] & 0x80) != 0;
        WriteUInt32((uint)(magnitude.Length + (pad ? 1 : 0)));
        if (pad) WriteByte(0);
        WriteBytes(magnitude);
    }

    /// <summary>The octets a text string takes.</summary>
    public static int TextLength(string value) => 4 + Encoding.UTF8.GetByteCount(value);

    /// <summary>The octets a name-list takes.</summary>
    public static int NameListLength(ReadOnlySpan<string> names)
    {
        int length = 4 + Math.Max(0, names.Length - 1);
        foreach (string name in names) length += Encoding.UTF8.GetByteCount(name);
        return length;
    }

    private readonly Span<byte> Room(int count) =>
        _destination.Length - Written >= count
            ? _destination.Slice(Written, count)
            : throw new ArgumentException($"ssh writer: destination: expected {count} more octets of room, got {_destination.Length - Written}");
}
