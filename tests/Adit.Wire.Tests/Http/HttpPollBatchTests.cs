using Adit.TestKit.Codecs;
using Adit.Wire.Http;

namespace Adit.Wire.Tests.Http;

/// <summary>Datagrams in a batch, each behind its length.</summary>
public sealed class HttpPollBatchTests
{
    [Fact]
    public void Batch_IsReadAndWrittenByteExact()
    {
        byte[] batch = Octets.Of("0001 aa 0003 010203");
        Assert.Equal(DecodeStatus.Ok, HttpPollBatch.TryRead(batch, out ReadOnlySpan<byte> first, out int consumed));
        Assert.Equal([0xaa], first.ToArray());
        Assert.Equal(3, consumed);
        Assert.Equal(DecodeStatus.Ok, HttpPollBatch.TryRead(batch.AsSpan(3), out ReadOnlySpan<byte> second, out consumed));
        Assert.Equal([1, 2, 3], second.ToArray());
        Assert.Equal(5, consumed);
        byte[] again = new byte[8];
        Assert.Equal(3, HttpPollBatch.Write(again, [0xaa]));
        Assert.Equal(5, HttpPollBatch.Write(again.AsSpan(3), [1, 2, 3]));
        Assert.Equal(batch, again);
    }

    [Fact]
    public void Prefix_IsTruncated()
    {
        byte[] batch = Octets.Of("0003 010203");
        for (int length = 0; length < batch.Length; length++)
        {
            Assert.Equal(DecodeStatus.Truncated, HttpPollBatch.TryRead(batch.AsSpan(0, length), out _, out int consumed));
            Assert.Equal(0, consumed);
        }
    }

    [Theory]
    [InlineData("0000")]
    [InlineData("8001")]
    [InlineData("ffff 00")]
    public void LengthThatMayNotBe_IsRefused(string octets) => Assert.Equal(DecodeStatus.BadLength, HttpPollBatch.TryRead(Octets.Of(octets), out _, out _));

    [Fact]
    public void MutatedBatches_NeverThrow() => MutationRunner.Run(HttpTargets.PollBatch, MutationRunner.Seed, MutationRunner.Count);
}
