using System.Buffers.Binary;

namespace Adit.Wire.Ssh;

/// <summary>A view of SSH_MSG_CHANNEL_DATA (RFC 4254 §5.2) over the packet's octets: nothing is copied.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_CHANNEL_DATA
/// uint32    recipient channel
/// string    data
/// </code>
/// </remarks>
public readonly ref struct ChannelDataPacket
{
    /// <summary>Octets before the data: a sender reads its source straight to this offset of the payload and calls <see cref="WriteHeader"/> after.</summary>
    public const int HeaderLength = 9;

    private ChannelDataPacket(uint recipientChannel, ReadOnlySpan<byte> data)
    {
        RecipientChannel = recipientChannel;
        Data = data;
    }

    /// <summary>The receiver's number of the channel.</summary>
    public uint RecipientChannel { get; }

    /// <summary>The data, inside the decoded octets.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Views a packet's payload. The data must end where the payload ends.</summary>
    /// <param name="source">The payload, message number included.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelDataPacket packet)
    {
        packet = default;
        if (source.Length > 0 && source[0] != (byte)MessageNumber.ChannelData) return DecodeStatus.BadValue;
        if (source.Length < HeaderLength) return DecodeStatus.Truncated;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(source[5..]);
        uint room = (uint)(source.Length - HeaderLength);
        if (length > room) return DecodeStatus.Truncated;
        if (length < room) return DecodeStatus.BadLength;
        packet = new ChannelDataPacket(BinaryPrimitives.ReadUInt32BigEndian(source[1..]), source[HeaderLength..]);
        return DecodeStatus.Ok;
    }

    /// <summary>Writes what stands before <paramref name="dataLength"/> octets of data.</summary>
    /// <param name="destination">At least <see cref="HeaderLength"/> octets.</param>
    /// <param name="recipientChannel">The receiver's number of the channel.</param>
    /// <param name="dataLength">Octets of data that follow.</param>
    public static void WriteHeader(Span<byte> destination, uint recipientChannel, int dataLength)
    {
        destination[0] = (byte)MessageNumber.ChannelData;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], recipientChannel);
        BinaryPrimitives.WriteUInt32BigEndian(destination[5..], (uint)dataLength);
    }
}
