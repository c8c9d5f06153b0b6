using Adit.Ssh.Transport;
using Adit.Ssh.Tunnels;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Channels;

/// <summary>A channel whose messages are packets (OpenSSH PROTOCOL §2.3): one that does not fit the window or the peer's longest packet is dropped, both ways.</summary>
public sealed partial class SshChannel
{
    /// <summary>Ours: consumed octets that are worth a message; small steps keep little under way.</summary>
    internal const int PacketCreditStep = 16 * 1024;

    private SshTunnelLink? _packets;
    private TunnelCredit? _credit;
    private int _packetOverhead;
    private long _initialRemoteWindow;

    /// <summary>The other side's number of the channel.</summary>
    internal uint RemoteId => _remoteId;

    /// <summary>Makes its messages packets of a link, from now on. Before the peer can send anything.</summary>
    internal void Attach(SshTunnelLink packets)
    {
        _credit = new TunnelCredit(_connection.RoundTrip, _connection.PeerSoftwareVersion);
        // OpenSSH's receiver counts the length field of a packet too (channel_input_data), and credits it.
        _packetOverhead = _credit.IsOpenSsh ? 4 : 0;
        lock (_lock) _packets = packets;
    }

    /// <summary>There is something to send.</summary>
    internal void WakeFromTunnel() => _connection.Schedule(this);

    /// <summary>Octets of packets were taken: the peer may send as many again.</summary>
    internal void ConsumedByTunnel(int count) => OnConsumed(count);

    /// <summary>Seals packets. Send loop.</summary>
    /// <returns>Whether there is more and another visit is due.</returns>
    private bool FillPackets(PacketWriter writer, SshTunnelLink packets)
    {
        int quantum = Quantum;
        bool more = false;
        while (!_closeReceived && !_eofSent && packets.TryNext(out int length, out bool isBulk))
        {
            if (length > _remoteMaximumPacket - _packetOverhead)
            {
                packets.DropNext(isBulk);
                continue;
            }

            int cost = length + _packetOverhead;
            if (Volatile.Read(ref _remoteWindow) < cost || !_credit!.Permits(cost, isBulk)) break;
            if (quantum <= 0 || writer.Room < length + 1024)
            {
                more = true;
                break;
            }

            Span<byte> payload = writer.Payload;
            packets.TakeNext(payload.Slice(ChannelDataPacket.HeaderLength, length), isBulk);
            ChannelDataPacket.WriteHeader(payload, _remoteId, length);
            writer.Seal(ChannelDataPacket.HeaderLength + length);
            _credit.Sent(cost);
            Interlocked.Add(ref _remoteWindow, -cost);
            quantum -= length;
        }

        packets.CountSent();
        return more;
    }

    /// <summary>The peer lets more be sent, of a channel of packets. Receive loop.</summary>
    private void CreditPackets(uint count)
    {
        _credit!.Credited(count);
        // Both sides may count differently by some octets a packet: what was granted first is the most that can be meant.
        if (Interlocked.Add(ref _remoteWindow, count) > _initialRemoteWindow) Interlocked.Exchange(ref _remoteWindow, _initialRemoteWindow);
        _connection.Schedule(this);
    }

    /// <summary>SSH_MSG_CHANNEL_DATA of a channel of packets. Receive loop.</summary>
    private void ReceivePacket(SshTunnelLink packets, ReadOnlySpan<byte> data)
    {
        int cost = data.Length + _packetOverhead;
        if (data.Length > MaximumPacket || Volatile.Read(ref _localWindow) < cost)
        {
            // As OpenSSH has it: dropped, and no error.
            packets.Counters.Drop(Core.Links.DropReason.TooBig);
            return;
        }

        Interlocked.Add(ref _localWindow, -cost);
        int spent = packets.OnPacket(data, cost);
        if (spent == 0) _connection.HandOverLater(packets);
        else OnConsumed(spent);
    }
}
