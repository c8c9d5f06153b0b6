using Adit.TestKit.Codecs;
using Adit.Wire.Lifeline;

namespace Adit.Wire.Tests.Lifeline;

public sealed class LifelineCodecTests
{
    public static TheoryData<string> Targets => [.. LifelineTargets.All.Select(t => t.Name).Where(n => n != "lifeline-simulation")];

    [Theory]
    [MemberData(nameof(Targets))]
    public void MutatedOctets_AreRefusedInOrder(string target)
    {
        FuzzTarget body = LifelineTargets.All.Single(t => t.Name == target);
        MutationRunner.Run(body, MutationRunner.Seed, MutationRunner.Count);
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("hello without a key")]
    [InlineData("welcome")]
    [InlineData("confirm")]
    public void EachPrefix_IsTruncated(string name)
    {
        byte[] vector = LifelineTargets.Vectors[name];
        for (int length = 0; length <= vector.Length; length++)
        {
            DecodeStatus status = vector[0] switch
            {
                0x11 => LifelineHello.TryRead(vector.AsSpan(0, length), out _),
                0x12 => LifelineWelcome.TryRead(vector.AsSpan(0, length), false, out _),
                _ => LifelineConfirm.TryRead(vector.AsSpan(0, length), out _),
            };
            Assert.Equal(length == vector.Length ? DecodeStatus.Ok : DecodeStatus.Truncated, status);
        }
    }

    [Fact]
    public void Frames_AreReadInOrder()
    {
        var types = new List<LifelineFrameType>();
        ReadOnlySpan<byte> rest = LifelineTargets.Vectors["frames"];
        while (!rest.IsEmpty)
        {
            Assert.Equal(DecodeStatus.Ok, LifelineFrame.TryRead(rest, out LifelineFrame frame, out int consumed));
            types.Add(frame.Type);
            rest = rest[consumed..];
        }

        Assert.Equal(
            [
                LifelineFrameType.Ping, LifelineFrameType.Ack, LifelineFrameType.Data, LifelineFrameType.MaxData, LifelineFrameType.Backlog, LifelineFrameType.Fin, LifelineFrameType.Close, LifelineFrameType.PathStatus,
                LifelineFrameType.AckOther, LifelineFrameType.Arrived, LifelineFrameType.Data,
            ],
            types);
    }
}
