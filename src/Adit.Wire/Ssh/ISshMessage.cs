namespace Adit.Wire.Ssh;

/// <summary>
/// A whole SSH packet's payload, message number included. Octets after its last field are <see cref="DecodeStatus.BadLength"/>, another number is
/// <see cref="DecodeStatus.BadValue"/>, and a field that ends past the payload is <see cref="DecodeStatus.Truncated"/>: fatal too, since a packet is whole.
/// </summary>
/// <remarks>
/// Theory of operation of this folder: <see cref="IdentificationReader"/> first, then packets. Control messages are values that copy what they hold, so
/// they outlive the packet's buffer. What depends on a name inside the message (the method of a login, the type of a channel or a request) is kept as
/// octets, and decoded by a <c>…Fields</c> value once the name is known, so that an unknown name can be answered and not only refused. Data packets
/// (<see cref="ChannelDataPacket"/>, <see cref="ChannelExtendedDataPacket"/>) are views over the buffer and allocate nothing. Nothing here limits a
/// text but the packet that holds it; the transport bounds the packet.
/// </remarks>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface ISshMessage<TSelf> : IWireValue<TSelf>
    where TSelf : ISshMessage<TSelf>
{
    /// <summary>The message number, the first octet of the encoding.</summary>
    static abstract MessageNumber Number { get; }
}
