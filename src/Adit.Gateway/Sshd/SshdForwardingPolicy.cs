using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Ssh.Config;
using Adit.Ssh.Config.Server;
using Adit.Ssh.Server.Forwarding;

namespace Adit.Gateway.Sshd;

/// <summary>What sshd_config permits a user to forward. The server may be root: ports below 1024 are root's alone all the same.</summary>
/// <param name="config">The options for the connection and the user.</param>
/// <param name="isRoot">Whether the user is root.</param>
/// <param name="log">Where refusals are told, in sshd's words.</param>
internal sealed class SshdForwardingPolicy(SshdConfig config, bool isRoot, ISshdLog log) : IForwardingPolicy
{
    // ip(7): below it, binding takes a privilege
    private const int FirstUnprivilegedPort = 1024;

    private static readonly PolicyVerdict Allowed = new(true, "sshd_config permits it");

    public PolicyVerdict JudgeOpen(Destination to)
    {
        if (config.DisableForwarding) return Refuse("DisableForwarding", to);
        if (to is not TcpDestination tcp) return config.AllowStreamLocalForwarding.HasFlag(SshdForwarding.Local) ? Allowed : Refuse("AllowStreamLocalForwarding", to);
        if (!config.AllowTcpForwarding.HasFlag(SshdForwarding.Local)) return Refuse("AllowTcpForwarding", to);
        return config.PermitOpen is null || config.PermitOpen.Any(p => p.Opens(tcp.Host, tcp.Port)) ? Allowed : Refuse("PermitOpen", to);
    }

    public PolicyVerdict JudgeAddress(TcpDestination to, IPAddress address) => Allowed;

    public PolicyVerdict JudgeListen(Destination at)
    {
        if (config.DisableForwarding) return RefuseListen("DisableForwarding");
        if (at is not TcpDestination tcp) return config.AllowStreamLocalForwarding.HasFlag(SshdForwarding.Remote) ? Allowed : RefuseListen("AllowStreamLocalForwarding");
        if (!config.AllowTcpForwarding.HasFlag(SshdForwarding.Remote)) return RefuseListen("AllowTcpForwarding");
        if (!isRoot && tcp.Port is > 0 and < FirstUnprivilegedPort) return RefuseListen("ports below 1024 are root's");
        return config.PermitListen is null || config.PermitListen.Any(p => p.Listens(tcp.Host, tcp.Port)) ? Allowed : RefuseListen("PermitListen");
    }

    public PolicyVerdict JudgeBind(TcpDestination at, IPAddress address) => Allowed;

    private PolicyVerdict Refuse(string rule, Destination to)
    {
        log.Write(SshLogLevel.Info, to is TcpDestination tcp
            ? $"Received request to connect to host {tcp.Host} port {tcp.Port}, but the request was denied."
            : $"Received request to connect to path {to}, but the request was denied.");
        return new PolicyVerdict(false, rule);
    }

    private PolicyVerdict RefuseListen(string rule)
    {
        log.Write(SshLogLevel.Info, "Server has disabled port forwarding.");
        return new PolicyVerdict(false, rule);
    }
}
