namespace Adit.Wire.SshMux;

/// <summary>
/// One message of the protocol by which ssh(1) processes share a connection (OpenSSH PROTOCOL.mux, version 4): its type and its body, without the
/// length before them. Octets after the last field are <see cref="DecodeStatus.BadLength"/>, another type is <see cref="DecodeStatus.BadValue"/>.
/// </summary>
/// <remarks>
/// Theory of operation of this folder: a client and a master send <see cref="MuxHelloMessage"/> first; then the client asks and the master answers with
/// the request's number. The descriptors that belong to a request travel beside the octets (SCM_RIGHTS), each with an octet of its own, and are no part of
/// any message here. Booleans are a uint32. A packet is bounded by whoever reads it (<see cref="MaximumLength"/>); nothing else bounds a text.
/// </remarks>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface IMuxMessage<TSelf> : IWireValue<TSelf>
    where TSelf : IMuxMessage<TSelf>
{
    /// <summary>Octets of the longest message that OpenSSH takes (CHANNEL_MUX_MAX_PACKET).</summary>
    const int MaximumLength = 256 * 1024;

    /// <summary>The message type, the first uint32 of the encoding.</summary>
    static abstract MuxMessageType Type { get; }
}
