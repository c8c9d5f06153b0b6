using Adit.Platform.EventLoops;
using Adit.Ssh.Tunnels;

namespace Adit.Ssh.Channels;

/// <summary>
/// Data packets of one channel that came together are written to its socket by one call: their payloads stay where they were opened until the batch
/// ends. Anything else that comes for a channel, and data of another, hands on first what was gathered, so that nothing changes its order.
/// </summary>
public sealed partial class SshConnection
{
    private readonly SendParts _parts = new();
    private ChannelRelay? _gatherer;
    private SshTunnelLink? _handsOver;

    /// <summary>Keeps data for the end of the batch. Receive loop.</summary>
    /// <returns>False when it is to be handed on now.</returns>
    internal bool TryGather(ChannelRelay relay, ReadOnlySpan<byte> data)
    {
        if (_gatherer != relay || _parts.Count == SendParts.Most) HandOnGathered();
        if (data.IsEmpty || !relay.Gathers || !_transport.PayloadsStay)
        {
            HandOnGathered();
            return false;
        }

        _gatherer = relay;
        _parts.Add(data);
        return true;
    }

    /// <summary>A tunnel has got packets: its pump is woken at the end of the batch, for all of them. Receive loop.</summary>
    internal void HandOverLater(SshTunnelLink packets)
    {
        if (_handsOver == packets) return;
        _handsOver?.HandOver();
        _handsOver = packets;
    }

    private void HandOverPackets()
    {
        _handsOver?.HandOver();
        _handsOver = null;
    }

    private void HandOnGathered()
    {
        if (_gatherer is not { } relay) return;
        _gatherer = null;
        relay.OnData(_parts);
        _parts.Clear();
    }
}
