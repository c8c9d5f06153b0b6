using Adit.Core;
using Adit.Ssh.Channels;
using Adit.Ssh.Tunnels;
using Adit.Wire.Ssh;
using Microsoft.Extensions.Logging;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>Packet tunnels for the client (<see cref="SshTunnelLink"/>).</summary>
public sealed partial class ForwardingService
{
    // What OpenSSH's server says, whatever the reason.
    private static readonly ChannelVerdict NotOpened = ChannelVerdict.Refuse(ChannelOpenFailureReason.ConnectFailed, "open failed");

    private async ValueTask<ChannelVerdict> OpenTunnelAsync(ITunnelService tunnels, TunOpenFields fields, CancellationToken cancellationToken)
    {
        if (!SshTunnelLink.TryRead(fields, out TunnelMode mode, out int? unit))
        {
            Refused("tunnel", $"mode {fields.Mode} unit {fields.Unit}", "malformed");
            return NotOpened;
        }

        string place = $"{(mode == TunnelMode.Ethernet ? "tap" : "tun")}{unit?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? " any"}";
        try
        {
            ITunnelDevice device = await tunnels.OpenAsync(mode, unit, cancellationToken).ConfigureAwait(false);
            SshTunnelLink? link = null;
            return ChannelVerdict.Accept(_ => RunTunnelAsync(device, link!), channel => device.Prepare(link = new SshTunnelLink(channel, mode)), device);
        }
        catch (TunnelException e)
        {
            if (e.Error == TunnelError.PermissionDenied)
            {
                Refused("tunnel", place, e.Message);
                return Refusal(tunnels, ChannelOpenFailureReason.AdministrativelyProhibited, $"{place}: {e.Message}", e.Message);
            }

            Interlocked.Increment(ref _failed);
            LogNoTunnel(_logger, _options.Name, place, e.Message);
            return Refusal(tunnels, ChannelOpenFailureReason.ConnectFailed, e.Message, "Failed to open the tunnel device.");
        }
    }

    private ChannelVerdict Refusal(ITunnelService tunnels, ChannelOpenFailureReason reason, string told, string debug)
    {
        if (tunnels.TellsClient) return ChannelVerdict.Refuse(reason, told);
        _connection.Send(new DebugMessage(false, debug, ""));
        return NotOpened;
    }

    private async Task RunTunnelAsync(ITunnelDevice device, SshTunnelLink link)
    {
        Interlocked.Increment(ref _opened);
        LogTunnel(_logger, _options.Name, device.Name, link.ChannelNumber);
        _ = _connection.MeasureRoundTripAsync();
        // The client closes the channel, or the connection ends: the device goes with it.
        await device.RunAsync(link).ConfigureAwait(false);
        Interlocked.Add(ref _fromClient, link.Counters.ReceivedOctets);
        Interlocked.Add(ref _toClient, link.Counters.SentOctets);
        LogTunnelEnded(_logger, _options.Name, link.ChannelNumber, device.Name, link.Counters.ReceivedPackets, link.Counters.SentSegments, link.Counters.Dropped);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: tunnel on device {Device}: channel {Channel}")]
    private static partial void LogTunnel(ILogger logger, string connection, string device, uint channel);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: tunnel {Place}: failed: {Reason}")]
    private static partial void LogNoTunnel(ILogger logger, string connection, string place, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Connection}: channel {Channel} of device {Device} ended: {FromClient} packets from the client, {ToClient} to it, {Dropped} dropped")]
    private static partial void LogTunnelEnded(ILogger logger, string connection, uint channel, string device, long fromClient, long toClient, long dropped);
}
