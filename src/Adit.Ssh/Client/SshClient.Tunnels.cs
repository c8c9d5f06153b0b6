using Adit.Core;
using Adit.Ssh.Channels;
using Adit.Ssh.Tunnels;
using Adit.Wire.Ssh;

namespace Adit.Ssh.Client;

/// <summary>Packet tunnels through the server (<see cref="SshTunnelLink"/>).</summary>
public sealed partial class SshClient
{
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
