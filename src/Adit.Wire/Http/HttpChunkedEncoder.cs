using System.Globalization;

namespace Adit.Wire.Http;

/// <summary>Writes a chunked body (RFC 9112 §7.1): before each piece its length, behind it CRLF, and the last chunk at the end.</summary>
public static class HttpChunkedEncoder
{
    /// <summary>Octets that <see cref="WriteLength"/> writes at most: eight digits and CRLF.</summary>
    public const int LongestLength = 10;

    /// <summary>What follows each piece.</summary>
    public static ReadOnlySpan<byte> PieceEnd => "\r\n"u8;

    /// <summary>The last chunk, without trailers.</summary>
    public static ReadOnlySpan<byte> End => "0\r\n\r\n"u8;

    /// <summary>Writes the line before a piece.</summary>
    /// <param name="destination">Room for <see cref="LongestLength"/> octets.</param>
    /// <param name="length">Octets of the piece; not 0, which would end the body.</param>
    /// <returns>Octets written.</returns>
    public static int WriteLength(Span<byte> destination, int length)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(length, 1);
        if (!length.TryFormat(destination, out int digits, "x", CultureInfo.InvariantCulture) || destination.Length < digits + 2)
            throw new ArgumentException($"chunk: expected room for {LongestLength} octets", nameof(destination));
        "\r\n"u8.CopyTo(destination[digits..]);
        return digits + 2;
    }

    /// <summary>One piece as a chunk.</summary>
    /// <param name="destination">Room for the piece and <see cref="LongestLength"/> + 2 octets.</param>
    /// <param name="piece">Not empty.</param>
    /// <returns>Octets written.</returns>
    public static int Write(Span<byte> destination, ReadOnlySpan<byte> piece)
    {
        int at = WriteLength(destination, piece.Length);
        piece.CopyTo(destination[at..]);
        PieceEnd.CopyTo(destination[(at + piece.Length)..]);
        return at + piece.Length + 2;
    }
}
