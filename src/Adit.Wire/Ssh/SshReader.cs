using System.Buffers.Binary;
using System.Text;

namespace Adit.Wire.Ssh;

/// <summary>Reads the data types of RFC 4251 §5 from a span. Every method returns false, and moves nothing, when the octets do not suffice.</summary>
/// <param name="source">The octets to read.</param>
public ref struct SshReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>Octets read so far.</summary>
    public int Position { get; private set; }

    /// <summary>Octets left.</summary>
    public readonly int Remaining => _source.Length - Position;

    /// <summary>The octets not yet read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _source[Position..];

    /// <summary>Reads one octet.</summary>
    public bool TryReadByte(out byte value)
    {
        if (Remaining < 1)
        {
            value = 0;
            return false;
        }

        value = _source[Position++];
        return true;
    }

    /// <summary>Reads a boolean: any octet but 0 is true (RFC 4251 §5).</summary>
    public bool TryReadBoolean(out bool value)
    {
        bool ok = TryReadByte(out byte octet);
        value = octet != 0;
        return ok;
    }

    /// <summary>Reads a uint32.</summary>
    public bool TryReadUInt32(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(Rest, out value)) return false;
        Position += 4;
        return true;
    }

    /// <summary>Reads a uint64.</summary>
    public bool TryReadUInt64(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64BigEndian(Rest, out value)) return false;
        Position += 8;
        return true;
    }

    /// <summary>Reads exactly <paramref name="count"/> octets.</summary>
    public bool TryReadBytes(int count, out ReadOnlySpan<byte> value)
    {
        if (count < 0 || Remaining < count)
        {
            value = default;
            return false;
        }

        value = _source.Slice(Position, count);
        Position += count;
        return true;
    }

    /// <summary>Reads a string: uint32 length and that many octets.</summary>
    public bool TryReadString(out ReadOnlySpan<byte> value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(Rest, out uint length) || length > (uint)(Remaining - 4))
        {
            value = default;
            return false;
        }

        value = _source.Slice(Position + 4, (int)length);
        Position += 4 + (int)length;
        return true;
    }

    /// <summary>Reads a string as UTF-8; octets that are not UTF-8 become U+FFFD.</summary>
    public bool TryReadText(out string value)
    {
        bool ok = TryReadString(out ReadOnlySpan<byte> octets);
        value = ok ? Encoding.UTF8.GetString(octets) : "";
        return ok;
    }

    /// <summary>Reads a name-list: names separated by commas (RFC 4251 §5). An empty list is an empty array.</summary>
    public bool TryReadNameList(out string[] names)
    {
        bool ok = TryReadString(out ReadOnlySpan<byte> octets);
        names = ok && octets.Length > 0 ? Encoding.ASCII.GetString(octets).Split(',') : [];
        return ok;
    }

    /// <summary>Reads a non-negative mpint as its big-endian magnitude without leading zeros; false also for a negative one.</summary>
    public bool TryReadMpint(out ReadOnlySpan<byte> magnitude)
    {
        int start = Position;
        if (!TryReadString(out magnitude)) return false;
        if (magnitude.Length > 0 && (magnitude[0] & 0x80) != 0)
        {
            Position = start;
            magnitude = default;
            return false;
        }

        magnitude = magnitude.TrimStart((byte)0);
        return true;
    }

    /// <summary>Reads the octets that are left, perhaps none.</summary>
    public ReadOnlySpan<byte> ReadRest()
    {
        ReadOnlySpan<byte> rest = Rest;
        Position = _source.Length;
        return rest;
    }

    /// <summary>Reads the message number: <see cref="DecodeStatus.Truncated"/> without an octet, <see cref="DecodeStatus.BadValue"/> for another number.</summary>
    public DecodeStatus ExpectMessage(MessageNumber number)
    {
        if (!TryReadByte(out byte octet)) return DecodeStatus.Truncated;
        return octet == (byte)number ? DecodeStatus.Ok : DecodeStatus.BadValue;
    }

    /// <summary>Judges that nothing is left: <see cref="DecodeStatus.BadLength"/> otherwise.</summary>
    /// <param name="consumed">The octets read, if nothing is left; else 0.</param>
    public readonly DecodeStatus ExpectEnd(out int consumed)
    {
        consumed = Remaining == 0 ? Position : 0;
        return Remaining == 0 ? DecodeStatus.Ok : DecodeStatus.BadLength;
    }
}
