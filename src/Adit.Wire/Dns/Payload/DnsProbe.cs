using System.Buffers.Binary;

namespace Adit.Wire.Dns.Payload;

/// <summary>A question about the path, asked of the authority without any key, before a datagram's shape is chosen.</summary>
/// <remarks>
/// <code>
/// question: 0x70 | hold 1, in 5 ms | octets wanted 2 | nonce 4 | filler
/// answer:   0x70 | nonce 4 | FNV-1a of the question 4 | stream 1 | room 2 | filler up to the octets wanted
/// </code>
/// The hash tells whether the question's name arrived as it was sent, the filler (every octet in turn) whether the answer did; room is what the resolver between would have taken.
/// </remarks>
/// <param name="Hold">Microseconds for which the answer is to be held.</param>
/// <param name="Wanted">Octets of the answer.</param>
/// <param name="Nonce">What ties the answer to its question.</param>
public readonly record struct DnsProbe(long Hold, int Wanted, uint Nonce)
{
    /// <summary>The first octet; no datagram of lifeline begins with it.</summary>
    public const byte Mark = 0x70;

    /// <summary>Octets of a question without filler.</summary>
    public const int QuestionLength = 8;

    /// <summary>Octets of an answer without filler.</summary>
    public const int AnswerLength = 12;

    private const long HoldStep = 5_000;

    /// <summary>Reads a question.</summary>
    public static DecodeStatus TryReadQuestion(ReadOnlySpan<byte> payload, out DnsProbe probe)
    {
        probe = default;
        if (payload.Length < QuestionLength) return DecodeStatus.Truncated;
        if (payload[0] != Mark) return DecodeStatus.BadValue;
        probe = new DnsProbe(payload[1] * HoldStep, BinaryPrimitives.ReadUInt16BigEndian(payload[2..]), BinaryPrimitives.ReadUInt32BigEndian(payload[4..]));
        return DecodeStatus.Ok;
    }

    /// <summary>Writes a question that fills the room.</summary>
    /// <param name="room">At least <see cref="QuestionLength"/> octets.</param>
    public void WriteQuestion(Span<byte> room)
    {
        WireRoom.Require(room, QuestionLength, "dns probe");
        room[0] = Mark;
        room[1] = (byte)Math.Clamp(Hold / HoldStep, 0, byte.MaxValue);
        BinaryPrimitives.WriteUInt16BigEndian(room[2..], (ushort)Wanted);
        BinaryPrimitives.WriteUInt32BigEndian(room[4..], Nonce);
        Fill(room[QuestionLength..]);
    }

    /// <summary>Writes the answer to a question.</summary>
    /// <param name="hash">Of the question, as it arrived (<see cref="HashOf"/>).</param>
    /// <param name="isStream">Whether it arrived by TCP.</param>
    /// <param name="room">All the room there is.</param>
    /// <returns>Octets: as many as wanted, or all the room; 0 when there is too little.</returns>
    public int WriteAnswer(uint hash, bool isStream, Span<byte> room)
    {
        if (room.Length < AnswerLength) return 0;
        room[0] = Mark;
        BinaryPrimitives.WriteUInt32BigEndian(room[1..], Nonce);
        BinaryPrimitives.WriteUInt32BigEndian(room[5..], hash);
        room[9] = isStream ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16BigEndian(room[10..], (ushort)Math.Min(room.Length, ushort.MaxValue));
        int length = Math.Clamp(Wanted, AnswerLength, room.Length);
        Fill(room[AnswerLength..length]);
        return length;
    }

    /// <summary>Reads an answer to this question.</summary>
    /// <param name="payload">The answer.</param>
    /// <param name="hash">Of the question, as it was sent.</param>
    /// <param name="isStream">Whether the question arrived by TCP.</param>
    /// <param name="room">What would have fitted.</param>
    /// <returns>BadValue: the answer to another question, or to this one after a change, or a changed answer.</returns>
    public DecodeStatus TryReadAnswer(ReadOnlySpan<byte> payload, uint hash, out bool isStream, out int room)
    {
        (isStream, room) = (false, 0);
        if (payload.Length < AnswerLength) return DecodeStatus.Truncated;
        if (payload[0] != Mark || BinaryPrimitives.ReadUInt32BigEndian(payload[1..]) != Nonce || BinaryPrimitives.ReadUInt32BigEndian(payload[5..]) != hash) return DecodeStatus.BadValue;
        for (int i = AnswerLength; i < payload.Length; i++)
        {
            if (payload[i] != FillerAt(i - AnswerLength)) return DecodeStatus.BadValue;
        }

        (isStream, room) = (payload[9] == 1, BinaryPrimitives.ReadUInt16BigEndian(payload[10..]));
        return DecodeStatus.Ok;
    }

    /// <summary>FNV-1a of octets, in 32 bits: it tells a damaged question, and is no protection.</summary>
    public static uint HashOf(ReadOnlySpan<byte> octets)
    {
        uint hash = 2166136261;
        foreach (byte octet in octets) hash = (hash ^ octet) * 16777619;
        return hash;
    }

    private static void Fill(Span<byte> room)
    {
        for (int i = 0; i < room.Length; i++) room[i] = FillerAt(i);
    }

    // 167 is odd: every octet comes once in 256.
    private static byte FillerAt(int i) => (byte)((i * 167) + 13);
}
