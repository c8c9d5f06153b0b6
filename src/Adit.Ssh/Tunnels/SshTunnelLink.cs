using Adit.Core;
using Adit.Core.Links;
using Adit.Ssh.Channels;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Tunnels;

/// <summary>
/// A tunnel channel of an SSH connection (tun@openssh.com, OpenSSH PROTOCOL §2.3) as a link: what <c>ssh -w</c> carries packets by. Each SSH_MSG_CHANNEL_DATA is one packet.
/// Disposing it closes the channel.
/// </summary>
/// <remarks>
/// Theory of operation. A link's threads block and the loops of a connection do not, so a bounded queue (<see cref="TunnelQueue"/>) stands between them in each direction. Out: <see cref="Send"/> adds packets and
/// wakes the send loop, which copies each straight into the outgoing SSH packet and seals it there; super-packets are cut only then. What finds no room is dropped, as a network drops it.
/// There are two queues: packets of a flow that has nothing waiting go before bulk, so that a ping or a keystroke waits for no transfer and no packet overtakes another of its flow.
/// In: the receive loop adds packets, and the pump is woken once for all that came together, so that a device takes them as few super-packets. Octets are credited to the peer
/// once they were taken, or dropped. How much may be under way is <see cref="TunnelCredit"/>'s to say. Nothing is allocated per packet. About 3.2 MiB a tunnel.
/// </remarks>
public sealed partial class SshTunnelLink : ILink
{
    /// <summary>The channel type.</summary>
    public const string ChannelType = "tun@openssh.com";

    /// <summary>The global request by which a client learns what its device should be set to (docs/SSH-TUNNELS.md); the name is ours.</summary>
    public const string LeaseRequest = "tunnel-lease@adit";

    /// <summary>Octets in front of a layer 3 packet: the address family.</summary>
    internal const int FamilyLength = 4;

    private const uint FamilyIpv4 = 2; // AF_INET, everywhere
    private const uint FamilyIpv6 = 24; // OpenBSD's AF_INET6, which OpenSSH puts on the wire

    private readonly SshChannel _channel;
    private readonly bool _hasFamily;

    internal SshTunnelLink(SshChannel channel, TunnelMode mode)
    {
        _channel = channel;
        Mode = mode;
        _hasFamily = mode == TunnelMode.PointToPoint;
        Name = $"ssh channel {channel.Id}";
        Properties = new LinkProperties { Medium = _hasFamily ? Medium.Ip : Medium.Ethernet, SendLimit = SshChannel.MaximumPacket - FamilyLength - FamilyLength, TakesSegmentation = true };
        channel.Attach(this);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>What it carries.</summary>
    public TunnelMode Mode { get; }

    /// <inheritdoc/>
    public LinkProperties Properties { get; }

    /// <inheritdoc/>
    public LinkCounters Counters { get; } = new();

    /// <summary>This side's number of the channel.</summary>
    public uint ChannelNumber => _channel.Id;

    /// <summary>The other side's number of the channel, once it is open.</summary>
    public uint PeerChannelNumber => _channel.RemoteId;

    /// <summary>Completes when the channel is closed by both sides, or its connection is over.</summary>
    public Task Closed => _channel.Closed;

    /// <summary>Completes when the peer has closed the channel, or the connection is over.</summary>
    public Task ClosedByPeer => _channel.ClosedByPeer;

    /// <summary>The mode and unit that a peer asks for.</summary>
    /// <param name="fields">The fields of the channel's opening.</param>
    /// <param name="mode">The mode.</param>
    /// <param name="unit">The number of the device; null for any.</param>
    /// <returns>Whether they make sense.</returns>
    internal static bool TryRead(in TunOpenFields fields, out TunnelMode mode, out int? unit)
    {
        mode = (TunnelMode)fields.Mode;
        unit = fields.Unit == TunOpenFields.AnyUnit ? null : (int)fields.Unit;
        return fields.Mode is TunOpenFields.PointToPoint or TunOpenFields.Ethernet && fields.Unit <= TunOpenFields.AnyUnit;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Interrupt();
        _channel.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The channel or its connection has ended. Any thread.</summary>
    internal void End(Exception? reason)
    {
        lock (_gate)
        {
            _ended = true;
            if (reason is not null) _failure ??= reason as TunnelException ?? new TunnelException(TunnelError.ConnectionLost, $"{Name}: {reason.Message}", inner: reason);
            Monitor.PulseAll(_gate);
        }
    }
}
