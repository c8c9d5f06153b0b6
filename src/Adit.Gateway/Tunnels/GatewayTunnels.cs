using System.Collections.Concurrent;
using Adit.Core;
using Adit.Gateway.Addresses;
using Adit.Gateway.Configuration;
using Adit.Ssh.Keys;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Tunnels;
using Adit.Wire.Ssh;

namespace Adit.Gateway.Tunnels;

/// <summary>The tunnels of one session of a gateway: judged by the configuration and the key, given devices that are set up, and addresses that are leased.</summary>
/// <param name="host">What all sessions share; null where tunnels are off.</param>
/// <param name="key">The fingerprint of the session's key.</param>
/// <param name="permissions">What the key permits.</param>
/// <param name="time">The clock of expiry-time.</param>
internal sealed class GatewayTunnels(TunnelHost? host, string key, KeyPermissions permissions, TimeProvider time) : ITunnelService
{
    private readonly ConcurrentDictionary<uint, TunnelLeaseFields> _settings = new();

    public bool TellsClient => true;

    public async ValueTask<ITunnelDevice> OpenAsync(TunnelMode mode, int? unit, CancellationToken cancellationToken)
    {
        if (host is null) throw Refuse("tunnels are off");
        if (!host.Configuration.Permit.Contains(mode)) throw Refuse($"tunnels: permit: {string.Join(", ", host.Configuration.Permit.Select(TunnelKeys.NameOf))}");
        if (permissions.IsExpired(time.GetUtcNow())) throw Refuse("expiry-time");
        // A key that may not forward ports may not forward networks, unless its line says so.
        if (permissions.Tunnel is null && !permissions.PortForwarding) throw Refuse(permissions.Restrict ? "restrict" : "no-port-forwarding");
        if (permissions.Tunnel is { } forced)
        {
            if (unit is not null && unit != forced) throw Refuse(forced == KeyPermissions.AnyTunnel ? "tunnel=\"any\"" : $"tunnel=\"{forced}\"");
            unit = forced == KeyPermissions.AnyTunnel ? null : forced;
        }
        else if (unit is { } asked && Directory.Exists($"/sys/class/net/{TunnelDevice.NameOf(mode, asked)}"))
        {
            // Devices that are there belong to this machine; only a key's line gives one away.
            throw Refuse($"{TunnelDevice.NameOf(mode, asked)} is there already");
        }

        // Off the loop: devices and files take their time.
        return await Task.Run<ITunnelDevice>(() => Open(host, mode, unit), cancellationToken).ConfigureAwait(false);
    }

    public ReadOnlyMemory<byte>? DescribeLease(uint channel)
    {
        if (!_settings.TryGetValue(channel, out TunnelLeaseFields settings)) return null;
        byte[] octets = new byte[settings.EncodedLength];
        _ = settings.Encode(octets);
        return octets;
    }

    internal void Tell(uint channel, TunnelLeaseFields settings) => _settings[channel] = settings;

    internal void Forget(uint channel) => _settings.TryRemove(channel, out _);

    private GatewayTunnelDevice Open(TunnelHost shared, TunnelMode mode, int? unit)
    {
        shared.Enter(key);
        AddressLease? lease = null;
        TunnelDevice? device = null;
        try
        {
            lease = shared.Leases?.Take(key);
            device = TunnelDevice.Open(mode, unit);
            return new GatewayTunnelDevice(this, shared, key, device, mode, lease);
        }
        catch (Exception e)
        {
            device?.Dispose();
            if (lease is not null) shared.Leases!.Release(lease);
            shared.Leave(key);
            if (e is Platform.Netlink.NetlinkException) throw new TunnelException(TunnelError.Unreachable, e.Message, inner: e);
            throw;
        }
    }

    private static TunnelException Refuse(string rule) => new(TunnelError.PermissionDenied, rule);
}
