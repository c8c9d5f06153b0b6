using Adit.Core;
using Adit.Ssh.Channels;
using Adit.Ssh.Tunnels;
using Adit.Wire;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Client;

/// <summary>Packet tunnels through the server (<see cref="SshTunnelLink"/>).</summary>
public sealed partial class SshClient
{
    /// <summary>Asks what the device of a tunnel should be set to; a server that is not an Adit gateway, or leases no addresses, does not say.</summary>
    /// <param name="tunnel">A tunnel of this session.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="TunnelException">The connection ended, or the answer is malformed.</exception>
    public async ValueTask<TunnelLeaseFields?> AskLeaseAsync(SshTunnelLink tunnel, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(tunnel);
        byte[] fields = SshChannel.Encode(new TunnelLeaseRequestFields(tunnel.PeerChannelNumber));
        GlobalRequestReply reply = await Connection.RequestAsync(SshTunnelLink.LeaseRequest, fields, cancellationToken).ConfigureAwait(false);
        if (!reply.Granted) return null;
        return TunnelLeaseFields.TryDecode(reply.Fields.Span, out TunnelLeaseFields lease, out _) == DecodeStatus.Ok
            ? lease
            : throw new TunnelException(TunnelError.ProtocolViolation, $"{SshTunnelLink.LeaseRequest}: expected an address, routes and name servers, got a malformed answer");
    }

    /// <summary>Opens a tunnel to a device of the server's. The caller owns the link, and joins it with a device of its own.</summary>
    /// <param name="mode">What it carries.</param>
    /// <param name="unit">The number of the server's device, 0 to 0x7ffffffe; null for any.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="TunnelException">The server refused, or the connection ended.</exception>
    public async ValueTask<SshTunnelLink> OpenTunnelAsync(TunnelMode mode, int? unit = null, CancellationToken cancellationToken = default)
    {
        if (unit is < 0 or int.MaxValue) throw new ArgumentOutOfRangeException(nameof(unit), unit, "ssh: tunnel: expected a unit of 0 to 0x7ffffffe");
        SshTunnelLink? link = null;
        byte[] fields = SshChannel.Encode(new TunOpenFields((uint)mode, (uint?)unit ?? TunOpenFields.AnyUnit));
        await Connection.OpenChannelAsync(SshTunnelLink.ChannelType, fields, channel => link = new SshTunnelLink(channel, mode), cancellationToken).ConfigureAwait(false);
        _ = Connection.MeasureRoundTripAsync();
        return link!;
    }
}
