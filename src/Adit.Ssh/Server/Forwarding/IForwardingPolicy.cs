using System.Net;
using Adit.Core;
using Adit.Core.Policy;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>
/// What a session may reach and where it may listen. Asked at each channel and at each listener, so a verdict may change while a session lives.
/// Whoever denies names the rule: the client's user and the log are told.
/// </summary>
public interface IForwardingPolicy
{
    /// <summary>Judges a destination as it was asked for, before a name is resolved.</summary>
    /// <param name="to">A TCP destination, or a unix socket by its absolute path without symbolic links.</param>
    PolicyVerdict JudgeOpen(Destination to);

    /// <summary>Judges an address that a destination resolved to. Only addresses that pass are connected to.</summary>
    PolicyVerdict JudgeAddress(TcpDestination to, IPAddress address);

    /// <summary>Judges a listener as it was asked for.</summary>
    /// <param name="at">A TCP destination, port 0 for any, or a unix socket by its absolute path without symbolic links.</param>
    PolicyVerdict JudgeListen(Destination at);

    /// <summary>Judges an address that a listener would be bound to. All of a listener's addresses must pass.</summary>
    PolicyVerdict JudgeBind(TcpDestination at, IPAddress address);
}
