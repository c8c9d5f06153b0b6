using System.Net;
using Adit.Core;
using Adit.Core.Policy;

namespace Adit.Ssh.Server.Forwarding;

/// <summary>
/// The policy of a server that was told nothing: every TCP destination but cloud metadata services, listeners on loopback only, no unix sockets.
/// </summary>
public sealed class DefaultForwardingPolicy : IForwardingPolicy
{
    /// <summary>The one there is.</summary>
    public static DefaultForwardingPolicy Instance { get; } = new();

    private static readonly PolicyVerdict Allowed = new(true, "no rule denies it");
    private static readonly PolicyVerdict NoUnixSockets = new(false, "unix sockets are off");

    private DefaultForwardingPolicy()
    {
    }

    /// <inheritdoc/>
    public PolicyVerdict JudgeOpen(Destination to) => to is UnixDestination ? NoUnixSockets : Allowed;

    /// <inheritdoc/>
    public PolicyVerdict JudgeAddress(TcpDestination to, IPAddress address) =>
        AddressClassifier.Classify(address) == AddressClass.Metadata ? new PolicyVerdict(false, "deny @metadata") : Allowed;

    /// <inheritdoc/>
    public PolicyVerdict JudgeListen(Destination at) => at is UnixDestination ? NoUnixSockets : Allowed;

    /// <inheritdoc/>
    public PolicyVerdict JudgeBind(TcpDestination at, IPAddress address) =>
        AddressClassifier.Classify(address) == AddressClass.Loopback ? Allowed : new PolicyVerdict(false, "listeners on loopback only");
}
