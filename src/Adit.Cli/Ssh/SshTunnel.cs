using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
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
    private readonly LeaseUse _use;
    private string? _told;
    private AppliedLease? _applied;

    private SshTunnel(SshConfig config, LeaseUse use, SshLog log, TunnelMode mode, TunnelDevice device)
    {
        (_config, _use, _log, _mode, _device) = (config, use, log, mode, device);
        _link = new SuccessiveLink($"tunnel of {device.Name}", mode == TunnelMode.Ethernet ? Core.Links.Medium.Ethernet : Core.Links.Medium.Ip);
        _running = device.RunAsync(_link);
    }

    /// <summary>The device's name.</summary>
    public string Device => _device.Name;

    /// <summary>Completes when the server has closed the tunnel of the last session; at once where it refused.</summary>
    public Task Closed { get; private set; } = Task.CompletedTask;

    /// <summary>Opens the device.</summary>
    /// <param name="config">What is asked for.</param>
    /// <param name="use">What becomes of leased addresses.</param>
    /// <param name="log">Where it is told, in the words of ssh(1), and with the reason.</param>
    /// <param name="tunnel">The tunnel, which leads nowhere yet.</param>
    /// <returns>Whether it could be opened.</returns>
    public static bool TryOpen(SshConfig config, LeaseUse use, SshLog log, [NotNullWhen(true)] out SshTunnel? tunnel)
    {
        tunnel = null;
        TunnelMode mode = config.Tunnel == "ethernet" ? TunnelMode.Ethernet : TunnelMode.PointToPoint;
        log.Debug(string.Create(CultureInfo.InvariantCulture, $"Requesting tun unit {config.TunnelDevice.Local ?? int.MaxValue} in mode {(uint)mode}"));
        try
        {
            tunnel = new SshTunnel(config, use, log, mode, TunnelDevice.Open(mode, config.TunnelDevice.Local));
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
            Closed = link.ClosedByPeer;
            await _link.LeadThroughAsync(link);
            return await UseLeaseAsync(client, link, cancellationToken);
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
        if (_applied is not null) await _applied.DisposeAsync();
    }

    private async Task<bool> UseLeaseAsync(SshClient client, SshTunnelLink link, CancellationToken cancellationToken)
    {
        if (_use == LeaseUse.Tell && !client.Connection.PeerSoftwareVersion.StartsWith("Adit_", StringComparison.Ordinal)) return true;
        if (await client.AskLeaseAsync(link, cancellationToken) is not { } fields)
        {
            if (_use == LeaseUse.Tell) return true;
            _log.Error("The server leases no addresses to this tunnel.");
            return false;
        }

        if (!TunnelLease.TryRead(fields, _mode, out TunnelLease? lease, out string? why))
        {
            _log.Error($"The server's lease makes no sense: {why}");
            return _use == LeaseUse.Tell;
        }

        string told = string.Join(", ", lease!.Describe());
        if (told == _told) return true; // a session made again, with the same addresses
        _log.Info($"Tunnel {Device}: {told}");
        _told = told;
        if (_use < LeaseUse.Apply) return true;
        if (_applied is not null) await _applied.DisposeAsync();
        bool all = true;
        _applied = await AppliedLease.ApplyAsync(Device, _mode, lease, CarrierOf(client), _use == LeaseUse.ApplyWithNameServers, what =>
        {
            all = false;
            _log.Error($"Tunnel {Device}: {what}");
        });
        return all;
    }

    private static IPAddress? CarrierOf(SshClient client) => client.Connection.Carrier?.Address is { } address ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : null;
}
