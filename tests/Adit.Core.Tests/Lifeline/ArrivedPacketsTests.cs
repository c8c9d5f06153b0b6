using Adit.Core.Lifeline;
using Adit.Wire;
using Adit.Wire.Lifeline;

namespace Adit.Core.Tests.Lifeline;

public sealed class ArrivedPacketsTests
{
    /// <summary>Numbers that overtake one another by hundreds, small datagrams, acknowledgements that get lost: nothing is told that did not come, and all that came is told soon, twice at least.</summary>
    [Theory]
    [InlineData(0, 1000)]
    [InlineData(300, 100)]
    [InlineData(500, 100)]
    [InlineData(2000, 60)]
    public void WhatCame_IsTold_AndNothingElse(int reach, int room)
    {
        var chance = new Random(reach);
        long[] order = [.. Enumerable.Range(0, 6000).Select(n => (long)n).Where(_ => chance.Next(50) > 0).OrderBy(n => n + chance.Next(reach + 1))];
        var arrived = new ArrivedPackets();
        var came = new HashSet<long>();
        var told = new Dictionary<long, int>();
        byte[] octets = new byte[room];
        for (int i = 0; i < order.Length; i++)
        {
            arrived.Add(order[i], i);
            came.Add(order[i]);
            if (i % 4 != 3) continue;
            var writer = new LifelineFrameWriter(octets);
            Assert.True(arrived.TryWrite(ref writer, null, i));
            foreach (long number in Read(octets.AsSpan(0, writer.Length)))
            {
                Assert.Contains(number, came);
                told[number] = told.GetValueOrDefault(number) + 1;
            }

            if (i > 20)
            {
                // Those of this acknowledgement and the two before.
                for (int back = 0; back < 12; back++) Assert.True(told.GetValueOrDefault(order[i - back]) > back / 4, $"{order[i - back]} came {back} ago and was told {told.GetValueOrDefault(order[i - back])} times");
            }
        }
    }

    [Fact]
    public void AnotherPath_IsNamed_AndWithoutRoomNothingIsWritten()
    {
        var arrived = new ArrivedPackets();
        byte[] octets = new byte[100];
        var writer = new LifelineFrameWriter(octets);
        Assert.False(arrived.TryWrite(ref writer, 7, 0));
        arrived.Add(5, 1000);
        var none = new LifelineFrameWriter(octets.AsSpan(0, 4));
        Assert.False(arrived.TryWrite(ref none, 7, 0));
        Assert.True(arrived.TryWrite(ref writer, 7, 31_000));
        Assert.Equal(DecodeStatus.Ok, LifelineFrame.TryRead(octets.AsSpan(0, writer.Length), out LifelineFrame frame, out _));
        Assert.Equal((LifelineFrameType.AckOther, 7u, 5ul, 30ul), (frame.Type, frame.Path, frame.Value, frame.Delay));
    }

    private static List<long> Read(ReadOnlySpan<byte> octets)
    {
        Assert.Equal(DecodeStatus.Ok, LifelineFrame.TryRead(octets, out LifelineFrame frame, out int consumed));
        Assert.Equal(octets.Length, consumed);
        var numbers = new List<long>();
        ReadOnlySpan<byte> ranges = frame.Octets;
        ulong smallest = frame.Value + 2;
        while (LifelineFrame.TryReadRange(ref ranges, smallest, out ulong first, out ulong last))
        {
            for (ulong n = first; n <= last; n++) numbers.Add((long)n);
            smallest = first;
        }

        return numbers;
    }
}
