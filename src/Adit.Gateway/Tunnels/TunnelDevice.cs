using System.Globalization;
using Adit.Core;
using Adit.Core.Links;
using Adit.Links.Devices;
using Adit.Platform.Packets;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Tunnels;

namespace Adit.Gateway.Tunnels;

/// <summary>A TUN or TAP device at one end of an SSH tunnel, with the names that OpenSSH gives: <c>tun0</c>, <c>tap0</c>. It goes away with its owner, unless it is persistent.</summary>
public sealed class TunnelDevice : ITunnelDevice
{
    private readonly TunDevice _device;
    private bool _isRunning;

    private TunnelDevice(TunDevice device) => _device = device;

    /// <inheritdoc/>
    public string Name => _device.Name;

    /// <summary>What it did so far; a bridge's view of the tunnel is the tunnel's own.</summary>
    public LinkCounters Counters => _device.Counters;

    /// <summary>The name of a device.</summary>
    /// <param name="mode">TUN or TAP.</param>
    /// <param name="unit">Its number.</param>
    public static string NameOf(TunnelMode mode, int unit) => string.Create(CultureInfo.InvariantCulture, $"{(mode == TunnelMode.Ethernet ? "tap" : "tun")}{unit}");

    /// <summary>Opens, and where need be makes, a device. It has no address and is down: whoever asked for it sets it up, as with ssh(1).</summary>
    /// <param name="mode">TUN or TAP.</param>
    /// <param name="unit">Its number; null for the next that is free.</param>
    /// <exception cref="TunnelException">It cannot be opened; <see cref="TunnelError.PermissionDenied"/> where the privilege is missing.</exception>
    public static TunnelDevice Open(TunnelMode mode, int? unit)
    {
        string? name = unit is { } number ? NameOf(mode, number) : null;
        if (name?.Length > 15) throw new TunnelException(TunnelError.BadConfiguration, $"device {name}: expected a name of at most 15 octets");
        return new TunnelDevice(TunDevice.Open(new TunOptions { Name = name, IsTap = mode == TunnelMode.Ethernet }, 1500));
    }

    /// <inheritdoc/>
    public void Prepare(SshTunnelLink tunnel)
    {
    }

    /// <inheritdoc/>
    public Task RunAsync(SshTunnelLink tunnel)
    {
        ArgumentNullException.ThrowIfNull(tunnel);
        return RunAsync(tunnel, tunnel.ClosedByPeer);
    }

    /// <summary>Joins it with a link, until either ends.</summary>
    /// <param name="link">The link; owned from here on.</param>
    /// <param name="end">Ends it too; null for nothing else.</param>
    public async Task RunAsync(ILink link, Task? end = null)
    {
        ArgumentNullException.ThrowIfNull(link);
        _isRunning = true;
        var bridge = LinkBridge.Start(_device, link);
        await using (bridge.ConfigureAwait(false))
        {
            await ((Task)Task.WhenAny(bridge.Ended, end ?? bridge.Ended)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _ = bridge.Ended.Exception; // the end of a connection is told elsewhere
        }
    }

    /// <summary>Closes a device that does not run; one that does is closed at its end.</summary>
    public void Dispose()
    {
        if (!_isRunning) _device.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
