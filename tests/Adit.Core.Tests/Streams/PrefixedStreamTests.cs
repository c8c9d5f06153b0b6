using Adit.Core.Streams;

namespace Adit.Core.Tests.Streams;

public sealed class PrefixedStreamTests
{
    private static CancellationToken Over => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatWasUnread_IsReadFirst()
    {
        using var pair = new MemoryStreamPair();
        Assert.Same(pair.First, PrefixedStream.Of(pair.First, []));
        await using DuplexStream stream = PrefixedStream.Of(pair.First, "early"u8);
        var ready = Assert.IsAssignableFrom<IReadyStream>(stream);
        await pair.Second.WriteAsync("late"u8.ToArray(), Over);
        await pair.Second.CompleteWritesAsync(Over);
        byte[] two = new byte[2];
        Assert.Equal(2, await stream.ReadAsync(two, Over));
        Assert.Equal("ea"u8.ToArray(), two);
        await ready.WaitReadableAsync(Over);
        Assert.True(ready.TryRead(two, out int count));
        Assert.Equal("rl"u8.ToArray(), two[..count]);
        using var rest = new MemoryStream();
        await stream.CopyToAsync(rest, Over);
        Assert.Equal("ylate"u8.ToArray(), rest.ToArray());
        await stream.WriteAsync("out"u8.ToArray(), Over);
        await stream.CompleteWritesAsync(Over);
        using var other = new MemoryStream();
        await pair.Second.CopyToAsync(other, Over);
        Assert.Equal("out"u8.ToArray(), other.ToArray());
    }
}
