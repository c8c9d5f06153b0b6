using Adit.TestKit;
using Adit.TestKit.Codecs;
using Adit.Wire.Ssh;

namespace Adit.Wire.Tests.Ssh;

public sealed class ChannelDataPacketTests
{
    [Fact]
    public void Vector_IsViewedWithoutAllocating()
    {
        byte[] packet = Octets.Of("5e u32:7 s'data'");
        Assert.Equal(0, Allocations.Least(1, () => ChannelDataPacket.TryDecode(packet, out _)));
        Assert.Equal(DecodeStatus.Ok, ChannelDataPacket.TryDecode(packet, out ChannelDataPacket view));
        Assert.Equal(7u, view.RecipientChannel);
        Assert.Equal("data"u8, view.Data);
    }

    [Fact]
    public void ExtendedVector_IsViewed()
    {
        Assert.Equal(DecodeStatus.Ok, ChannelExtendedDataPacket.TryDecode(Octets.Of("5f u32:7 u32:1 s'data'"), out ChannelExtendedDataPacket view));
        Assert.Equal((7u, ChannelExtendedDataPacket.Stderr), (view.RecipientChannel, view.DataType));
        Assert.Equal("data"u8, view.Data);
    }

    [Fact]
    public void Prefix_IsTruncated()
    {
        byte[] data = Octets.Of("5e u32:7 s'data'");
        byte[] extended = Octets.Of("5f u32:7 u32:1 s'data'");
        for (int i = 0; i < data.Length; i++) Assert.Equal(DecodeStatus.Truncated, ChannelDataPacket.TryDecode(data.AsSpan(0, i), out _));
        for (int i = 0; i < extended.Length; i++) Assert.Equal(DecodeStatus.Truncated, ChannelExtendedDataPacket.TryDecode(extended.AsSpan(0, i), out _));
    }

    [Fact]
    public void TrailingOctet_IsBadLength_AndAnotherNumberBadValue()
    {
        Assert.Equal(DecodeStatus.BadLength, ChannelDataPacket.TryDecode(Octets.Of("5e u32:7 s'data' 00"), out _));
        Assert.Equal(DecodeStatus.BadLength, ChannelExtendedDataPacket.TryDecode(Octets.Of("5f u32:7 u32:1 s'data' 00"), out _));
        Assert.Equal(DecodeStatus.BadValue, ChannelDataPacket.TryDecode(Octets.Of("5f u32:7 s'data'"), out _));
        Assert.Equal(DecodeStatus.BadValue, ChannelExtendedDataPacket.TryDecode(Octets.Of("5e"), out _));
    }

    [Fact]
    public void Header_IsWrittenInPlace()
    {
        byte[] buffer = [.. Enumerable.Repeat((byte)0xa5, 17)];
        ChannelDataPacket.WriteHeader(buffer, 7, 4);
        "data"u8.CopyTo(buffer.AsSpan(ChannelDataPacket.HeaderLength));
        Assert.Equal(Octets.Of("5e u32:7 s'data' a5a5a5a5"), buffer);
        ChannelExtendedDataPacket.WriteHeader(buffer, 7, 1, 4);
        "data"u8.CopyTo(buffer.AsSpan(ChannelExtendedDataPacket.HeaderLength));
        Assert.Equal(Octets.Of("5f u32:7 u32:1 s'data'"), buffer);
    }
}
