using System.Buffers.Binary;

namespace Adit.Wire.Http;

/// <summary>What a request or an answer of the long-polls holds: datagrams, each behind its length in 2 octets, perhaps none. docs/HTTP-CARRIERS.md.</summary>
/// <remarks><code>
/// { length (2, 1 to 32768) | datagram }
/// </code></remarks>
public static class HttpPollBatch
{
    /// <summary>Octets in front of each datagram.</summary>
    public const int HeaderLength = 2;

    /// <summary>Ours: octets of the longest datagram.</summary>
    public const int LongestDatagram = 32 * 1024;

    /// <summary>Ours: octets of the longest batch.</summary>
    public const int Longest = 256 * 1024;

    /// <summary>Reads one datagram.</summary>
    /// <param name="source">The rest of a batch.</param>
    /// <param name="datagram">The datagram, in <paramref name="source"/>.</param>
    /// <param name="consumed">Octets of it with its length; 0 unless Ok.</param>
    /// <returns>Ok, Truncated, or BadLength where the length is none that may stand there.</returns>
    public static DecodeStatus TryRead(ReadOnlySpan<byte> source, out ReadOnlySpan<byte> datagram, out int consumed)
    {
        datagram = default;
        consumed = 0;
        if (source.Length < HeaderLength) return DecodeStatus.Truncated;
        int length = BinaryPrimitives.ReadUInt16BigEndian(source);
        if (length is 0 or > LongestDatagram) return DecodeStatus.BadLength;
        if (source.Length < HeaderLength + length) return DecodeStatus.Truncated;
        datagram = source.Slice(HeaderLength, length);
        consumed = HeaderLength + length;
        return DecodeStatus.Ok;
    }

    /// <summary>Writes one datagram.</summary>
    /// <param name="destination">The rest of the room; at least <see cref="HeaderLength"/> octets more than the datagram.</param>
    /// <param name="datagram">1 to <see cref="LongestDatagram"/> octets.</param>
    /// <returns>Octets written.</returns>
    public static int Write(Span<byte> destination, ReadOnlySpan<byte> datagram)
    {
        WireRoom.Require(destination, HeaderLength + datagram.Length, "http poll batch");
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)datagram.Length);
        datagram.CopyTo(destination[HeaderLength..]);
        return HeaderLength + datagram.Length;
    }
}
