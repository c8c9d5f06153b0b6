using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Ssh.Keys;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>
/// What the options of a key's line in authorized_keys permit, and then what another policy says. An expired key opens nothing more in a session
/// that lives on. As sshd has it, permitopen and permitlisten shut unix sockets out too: none of them can name one.
/// </summary>
/// <param name="permissions">The key's options.</param>
/// <param name="then">Asked where the key permits.</param>
/// <param name="time">The clock of expiry-time; null for the system's.</param>
public sealed class KeyForwardingPolicy(KeyPermissions permissions, IForwardingPolicy then, TimeProvider? time = null) : IForwardingPolicy
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;

    /// <inheritdoc/>
    public PolicyVerdict JudgeOpen(Destination to)
    {
        if (Withheld() is { } rule) return new PolicyVerdict(false, rule);
        bool permitted = to is TcpDestination tcp ? permissions.MayOpen(tcp.Host, tcp.Port) : permissions.PermitOpen.Count == 0;
        return permitted ? then.JudgeOpen(to) : new PolicyVerdict(false, $"permitopen={Listed(permissions.PermitOpen)}");
    }

    /// <inheritdoc/>
    public PolicyVerdict JudgeAddress(TcpDestination to, IPAddress address) => then.JudgeAddress(to, address);

    /// <inheritdoc/>
    public PolicyVerdict JudgeListen(Destination at)
    {
        if (Withheld() is { } rule) return new PolicyVerdict(false, rule);
        bool permitted = at is TcpDestination tcp ? permissions.MayListen(tcp.Host, tcp.Port) : permissions.PermitListen.Count == 0;
        return permitted ? then.JudgeListen(at) : new PolicyVerdict(false, $"permitlisten={Listed(permissions.PermitListen)}");
    }

    /// <inheritdoc/>
    public PolicyVerdict JudgeBind(TcpDestination at, IPAddress address) => then.JudgeBind(at, address);

    private string? Withheld()
    {
        if (permissions.IsExpired(_time.GetUtcNow())) return "expiry-time";
        if (permissions.PortForwarding) return null;
        return permissions.Restrict ? "restrict" : "no-port-forwarding";
    }

    private static string Listed(IReadOnlyList<ForwardPermission> list) =>
        string.Join(',', list.Take(4)) + (list.Count > 4 ? $",… ({list.Count} in all)" : "");
}
