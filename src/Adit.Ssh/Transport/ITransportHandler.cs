using Adit.Wire.Ssh;

namespace Adit.Ssh.Transport;

/// <summary>What stands above the transport. Called on the receive loop, one call at a time: never blocks, never awaits a consumer.</summary>
internal interface ITransportHandler
{
    /// <summary>A message of the layers above (numbers 50 and up). The payload begins with the number and is valid during the call only.</summary>
    /// <exception cref="Adit.Core.TunnelException">The peer broke the protocol: the connection ends with this reason.</exception>
    void OnMessage(MessageNumber number, ReadOnlySpan<byte> payload);

    /// <summary>The peer's octets that were received together have been handled, or a failure ends them: a chance to act on them together. Never throws.</summary>
    void OnBatchEnd();

    /// <summary>Fills outgoing packets with channel data. Called on the send loop.</summary>
    /// <returns>Whether anything was sealed.</returns>
    bool FillData(PacketWriter writer);

    /// <summary>The connection is over.</summary>
    void OnClosed(Exception reason);
}
