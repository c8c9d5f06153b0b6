using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Adit.Core;
using Adit.Gateway.Tunnels;
using Adit.Ssh.Client;
using Adit.Ssh.Config;
using Adit.Ssh.Tunnels;

namespace Adit.Cli.Ssh;

/// <summary>The tunnel of a command line (<c>-w</c>, Tunnel): a device here, which outlives a session that is lost and made again, and a channel of each session.</summary>
internal sealed class SshTunnel : IAsyncDisposable
{
    private readonly SshConfig _config;
    private readonly SshLog _log;
    private readonly TunnelMode _mode;
    private readonly TunnelDevice _device;
    private readonly SuccessiveLink _link;
    private readonly Task _running;

    private SshTunnel(SshConfig config, SshLog log, TunnelMode mode, TunnelDevice device)
    {
        (_config, _log, _mode, _device) = (config, log, mode, device);
        _link = new SuccessiveLink($"tunnel of {device.Name}", mode == TunnelMode.Ethernet ? Core.Links.Medium.Ethernet : Core.Links.Medium.Ip);
        _running = device.RunAsync(_link);
    }

    /// <summary>The device's name.</summary>
    public string Device => _device.Name;

    /// <summary>Opens the device.</summary>
    /// <param name="config">What is asked for.</param>
    /// <param name="log">Where it is told, in the words of ssh(1), and with the reason.</param>
    /// <param name="tunnel">The tunnel, which leads nowhere yet.</param>
    /// <returns>Whether it could be opened.</returns>
    public static bool TryOpen(SshConfig config, SshLog log, [NotNullWhen(true)] out SshTunnel? tunnel)
    {
        tunnel = null;
        TunnelMode mode = config.Tunnel == "ethernet" ? TunnelMode.Ethernet : TunnelMode.PointToPoint;
        log.Debug(string.Create(CultureInfo.InvariantCulture, $"Requesting tun unit {config.TunnelDevice.Local ?? int.MaxValue} in mode {(uint)mode}"));
        try
        {
            tunnel = new SshTunnel(config, log, mode, TunnelDevice.Open(mode, config.TunnelDevice.Local));
            log.Debug($"Tunnel forwarding using interface {tunnel.Device}");
            return true;
        }
        catch (TunnelException e)
        {
            log.Error("Tunnel device open failed.");
            log.Error(e.Message);
            return false;
        }
    }

    /// <summary>Opens the tunnel in a session.</summary>
    /// <returns>Whether the server agreed.</returns>
    public async Task<bool> RequestAsync(SshClient client, CancellationToken cancellationToken)
    {
        try
        {
            SshTunnelLink link = await client.OpenTunnelAsync(_mode, _config.TunnelDevice.Remote, cancellationToken);
            _log.Debug($"ssh_tun_confirm: tunnel forward established, id={link.ChannelNumber}");
            await _link.LeadThroughAsync(link);
            return true;
        }
        catch (TunnelException e) when (client.Connection.CloseReason is null)
        {
            _log.Info(e.Message);
            _log.Error("Tunnel forwarding failed");
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _link.Interrupt();
        await _running;
        await _link.DisposeAsync();
    }
}
