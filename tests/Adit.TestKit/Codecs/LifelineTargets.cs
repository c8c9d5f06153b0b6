using System.Buffers.Binary;
using Adit.Core.Lifeline;
using Adit.TestKit.Lifelines;
using Adit.Wire;
using Adit.Wire.Lifeline;

namespace Adit.TestKit.Codecs;

/// <summary>Everything of lifelines that takes octets from a peer, and the simulator with seeds without end.</summary>
public static class LifelineTargets
{
    /// <summary>One of each datagram, and frames, composed from docs/protocols/lifeline.md.</summary>
    public static IReadOnlyDictionary<string, byte[]> Vectors { get; } = new Dictionary<string, byte[]>
    {
        ["hello"] = Octets.Of("11 01020304 000102030405060708090a0b 0000000000000000"),
        ["hello without a key"] = Octets.Of("11 00000000 000102030405060708090a0b 0000000000000000 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
        ["welcome"] = Octets.Of("12 00 000102030405060708090a0b 101112131415161718191a1b 01020304 00000007 000102030405060708090a0b0c0d0e0f"),
        ["confirm"] = Octets.Of("13 01020304 0a0b0c0d 000102030405060708090a0b 101112131415161718191a1b 0000000000000000 00000007 000102030405060708090a0b0c0d0e0f"),
        ["frames"] = Octets.Of("01 02 05 00 01 00 05 04 00 03 616263 06 4400 07 09 08 03 09 01 02 6869 0a 01 03 81020304 02 00 01 00 02 0b 4400 05 03 6465"),
    };

    /// <summary>The targets.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        new("lifeline-handshake", [Vectors["hello"], Vectors["hello without a key"], Vectors["welcome"], Vectors["confirm"]], input =>
        {
            Span<byte> again = stackalloc byte[256];
            if (LifelineHello.TryRead(input, out LifelineHello hello) == DecodeStatus.Ok) Same(again[..hello.Write(again)], input);
            if (LifelineWelcome.TryRead(input, false, out LifelineWelcome welcome) == DecodeStatus.Ok) Same(again[..welcome.Write(again)], input);
            if (LifelineConfirm.TryRead(input, out LifelineConfirm confirm) == DecodeStatus.Ok) Same(again[..confirm.Write(again)], input);
        }),
        new("lifeline-frames", [Vectors["frames"]], input =>
        {
            ReadOnlySpan<byte> rest = input;
            while (!rest.IsEmpty && LifelineFrame.TryRead(rest, out LifelineFrame frame, out int consumed) == DecodeStatus.Ok)
            {
                if (consumed is <= 0 || consumed > rest.Length) throw new CodecFailureException("a frame took more than there was, or nothing");
                if (frame.Type is LifelineFrameType.Ack or LifelineFrameType.AckOther)
                {
                    ReadOnlySpan<byte> ranges = frame.Octets;
                    ulong smallest = frame.Value + 2;
                    while (LifelineFrame.TryReadRange(ref ranges, smallest, out ulong first, out ulong last))
                    {
                        if (first > last || last >= smallest) throw new CodecFailureException("ranges that do not fall");
                        smallest = first;
                    }
                }

                rest = rest[consumed..];
            }
        }),
        new("lifeline-server", [.. Vectors.Values], input =>
        {
            using var server = new LifelineServer(new LifelineServerOptions { Keys = [new CarrierKey(new byte[32])], TakesKeyless = true }, octets => octets.Fill(1));
            Span<byte> answer = stackalloc byte[1500];
            server.Receive(input, new LifelineProfile { Name = "fuzz" }, answer, 1_000_000, out LifelineArrival arrival);
            if (arrival.IsAuthentic || server.SessionCount + server.PathCount > 0) throw new CodecFailureException("a session was made from noise");
        }),
        new("lifeline-simulation", [new byte[4]], input =>
        {
            Span<byte> seed = stackalloc byte[4];
            input[..Math.Min(4, input.Length)].CopyTo(seed);
            SimulatedTransfer.RunHostile(BinaryPrimitives.ReadInt32BigEndian(seed));
        }),
    ];

    private static void Same(ReadOnlySpan<byte> written, ReadOnlySpan<byte> read)
    {
        if (!written.SequenceEqual(read[..written.Length])) throw new CodecFailureException("what was written is not what was read");
    }
}
