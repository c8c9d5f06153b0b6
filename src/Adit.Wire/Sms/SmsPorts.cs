using System.Buffers.Binary;

namespace Adit.Wire.Sms;

/// <summary>
/// A user data header (GSM 03.40 §9.2.3.24): <c>length 1 | elements: identifier 1, length 1, data</c>. With application port addressing of 16 bits (§9.2.3.24.4)
/// <c>06 05 04 | destination port 2 | source port 2</c> a telephone hands the message to a program, and shows it to nobody.
/// </summary>
public static class SmsPorts
{
    /// <summary>Octets of a header with both ports and nothing else.</summary>
    public const int Length = 7;

    private const byte PortElement = 0x05;

    /// <summary>Writes a header.</summary>
    /// <returns>Octets written.</returns>
    /// <exception cref="ArgumentException">There is too little room.</exception>
    public static int Encode(Span<byte> destination, ushort to, ushort from)
    {
        WireRoom.Require(destination, Length, "sms: ports");
        (destination[0], destination[1], destination[2]) = (Length - 1, PortElement, 4);
        BinaryPrimitives.WriteUInt16BigEndian(destination[3..], to);
        BinaryPrimitives.WriteUInt16BigEndian(destination[5..], from);
        return Length;
    }

    /// <summary>Reads a header.</summary>
    /// <param name="userData">User data that begins with one.</param>
    /// <param name="length">Octets of the header, its length field included.</param>
    /// <param name="to">The destination port; -1 for none.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> userData, out int length, out int to)
    {
        (length, to) = (0, -1);
        if (userData.IsEmpty) return DecodeStatus.Truncated;
        int total = 1 + userData[0];
        if (userData.Length < total) return DecodeStatus.Truncated;
        for (ReadOnlySpan<byte> rest = userData[1..total]; !rest.IsEmpty;)
        {
            if (rest.Length < 2 || rest.Length < 2 + rest[1]) return DecodeStatus.BadLength; // §9.2.3.24
            if (rest[0] == PortElement && rest[1] == 4) to = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            rest = rest[(2 + rest[1])..];
        }

        length = total;
        return DecodeStatus.Ok;
    }
}
