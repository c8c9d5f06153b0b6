namespace Adit.Wire.Ssh;

/// <summary>A whole SSH packet's payload, message number included. Octets after its last field are <see cref="DecodeStatus.BadLength"/>, another number <see cref="DecodeStatus.BadValue"/>.</summary>
/// <typeparam name="TSelf">The implementing type.</typeparam>
public interface ISshMessage<TSelf> : IWireValue<TSelf>
    where TSelf : ISshMessage<TSelf>
{
    /// <summary>The message number, the first octet of the encoding.</summary>
    static abstract MessageNumber Number { get; }
}
