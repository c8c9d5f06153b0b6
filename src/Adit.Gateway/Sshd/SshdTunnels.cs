using System.Globalization;
using Adit.Core;
using Adit.Gateway.Tunnels;
using Adit.Platform.Libc;
using Adit.Platform.Processes;
using Adit.Ssh.Config.Server;
using Adit.Ssh.Keys;
using Adit.Ssh.Server.Forwarding;
using Adit.Ssh.Tunnels;

namespace Adit.Gateway.Sshd;

/// <summary>
/// What sshd_config and a key permit of tunnels: PermitTunnel, and the device that <c>tunnel=</c> forces. The other words of a key (restrict, no-port-forwarding) say nothing of tunnels, as with sshd(8). Whoever
/// is not root gets what the kernel would give: a persistent device that is his.
/// </summary>
/// <param name="config">The options for the connection and the user.</param>
/// <param name="permissions">The key's options.</param>
/// <param name="account">The user.</param>
/// <param name="time">The clock of expiry-time.</param>
internal sealed class SshdTunnels(SshdConfig config, KeyPermissions permissions, UserAccount account, TimeProvider time) : ITunnelService
{
    private const string Failed = "Failed to open the tunnel device.";
    private const string Rejected = "Server has rejected tunnel device forwarding.";
    private readonly List<string> _names = [];

    /// <inheritdoc/>
    public bool TellsClient => false;

    /// <summary>The devices that were opened, with commas between, for SSH_TUNNEL of programs; null for none.</summary>
    public string? Names
    {
        get
        {
            lock (_names) return _names.Count == 0 ? null : string.Join(',', _names);
        }
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte>? DescribeLease(uint channel) => null;

    /// <inheritdoc/>
    public ValueTask<ITunnelDevice> OpenAsync(TunnelMode mode, int? unit, CancellationToken cancellationToken)
    {
        bool permitted = config.PermitTunnel switch
        {
            "yes" => true,
            "point-to-point" => mode == TunnelMode.PointToPoint,
            "ethernet" => mode == TunnelMode.Ethernet,
            _ => false,
        };
        if (!permitted || config.DisableForwarding || permissions.IsExpired(time.GetUtcNow())) throw new TunnelException(TunnelError.PermissionDenied, Rejected);
        if (permissions.Tunnel is { } forced)
        {
            if (unit is not null && unit != forced) throw new TunnelException(TunnelError.PermissionDenied, Failed);
            unit = forced == KeyPermissions.AnyTunnel ? null : forced;
        }

        if (FileStatus.CurrentUser == 0 && account.UserId != 0) RefuseOthers(mode, unit);
        var device = TunnelDevice.Open(mode, unit);
        lock (_names) _names.Add(device.Name);
        return ValueTask.FromResult<ITunnelDevice>(device);
    }

    private void RefuseOthers(TunnelMode mode, int? unit)
    {
        string? name = unit is { } number ? TunnelDevice.NameOf(mode, number) : null;
        // A persistent device that belongs to the user; where nobody owns it the kernel asks for CAP_NET_ADMIN.
        if (name is not null && Read(name, "owner") is { } owner && owner == account.UserId && Read(name, "group") is null or -1) return;
        throw new TunnelException(TunnelError.Unreachable, $"device {name ?? "any"}: {account.Name}: expected root, or a persistent device with that owner (ip tuntap add dev tun0 mode tun user {account.Name})");
    }

    private static long? Read(string name, string attribute)
    {
        try
        {
            return long.TryParse(File.ReadAllText($"/sys/class/net/{name}/{attribute}").Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) ? value : null;
        }
        catch (IOException)
        {
            return null;
        }
    }
}
