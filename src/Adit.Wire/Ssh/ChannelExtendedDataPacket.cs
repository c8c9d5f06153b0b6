using System.Buffers.Binary;

namespace Adit.Wire.Ssh;

/// <summary>A view of SSH_MSG_CHANNEL_EXTENDED_DATA (RFC 4254 §5.2) over the packet's octets: nothing is copied.</summary>
/// <remarks>
/// <code>
/// byte      SSH_MSG_CHANNEL_EXTENDED_DATA
/// uint32    recipient channel
/// uint32    data_type_code
/// string    data
/// </code>
/// </remarks>
public readonly ref struct ChannelExtendedDataPacket
{
    /// <summary>Octets before the data.</summary>
    public const int HeaderLength = 13;

    /// <summary>SSH_EXTENDED_DATA_STDERR, the only data type code in use.</summary>
    public const uint Stderr = 1;

    private ChannelExtendedDataPacket(uint recipientChannel, uint dataType, ReadOnlySpan<byte> data)
    {
        RecipientChannel = recipientChannel;
        DataType = dataType;
        Data = data;
    }

    /// <summary>The receiver's number of the channel.</summary>
    public uint RecipientChannel { get; }

    /// <summary>The data type code.</summary>
    public uint DataType { get; }

    /// <summary>The data, inside the decoded octets.</summary>
    public ReadOnlySpan<byte> Data { get; }

    /// <summary>Views a packet's payload. The data must end where the payload ends.</summary>
    /// <param name="source">The payload, message number included.</param>
    /// <param name="packet">The view, when the status is <see cref="DecodeStatus.Ok"/>.</param>
    public static DecodeStatus TryDecode(ReadOnlySpan<byte> source, out ChannelExtendedDataPacket packet)
    {
        packet = default;
        if (source.Length > 0 && source[0] != (byte)MessageNumber.ChannelExtendedData) return DecodeStatus.BadValue;
        if (source.Length < HeaderLength) return DecodeStatus.Truncated;
        uint length = BinaryPrimitives.ReadUInt32BigEndian(source[9..]);
        uint room = (uint)(source.Length - HeaderLength);
        if (length > room) return DecodeStatus.Truncated;
        if (length < room) return DecodeStatus.BadLength;
        packet = new ChannelExtendedDataPacket(
            BinaryPrimitives.ReadUInt32BigEndian(source[1..]), BinaryPrimitives.ReadUInt32BigEndian(source[5..]), source[HeaderLength..]);
        return DecodeStatus.Ok;
    }

    /// <summary>Writes what stands before <paramref name="dataLength"/> octets of data.</summary>
    /// <param name="destination">At least <see cref="HeaderLength"/> octets.</param>
    /// <param name="recipientChannel">The receiver's number of the channel.</param>
    /// <param name="dataType">The data type code.</param>
    /// <param name="dataLength">Octets of data that follow.</param>
    public static void WriteHeader(Span<byte> destination, uint recipientChannel, uint dataType, int dataLength)
    {
        destination[0] = (byte)MessageNumber.ChannelExtendedData;
        BinaryPrimitives.WriteUInt32BigEndian(destination[1..], recipientChannel);
        BinaryPrimitives.WriteUInt32BigEndian(destination[5..], dataType);
        BinaryPrimitives.WriteUInt32BigEndian(destination[9..], (uint)dataLength);
    }
}
