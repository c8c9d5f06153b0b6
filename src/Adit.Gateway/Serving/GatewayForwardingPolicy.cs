using System.Net;
using Adit.Core;
using Adit.Core.Policy;
using Adit.Gateway.Configuration;
using Adit.Ssh.Keys;
using Adit.Ssh.Server.Forwarding;

namespace Adit.Gateway.Serving;

/// <summary>
/// What the gateway's configuration permits every session: destinations by <c>allow</c>, <c>deny</c> and <c>metadata</c>, unix sockets by
/// <c>streamlocal</c> and never those of the state folder, listeners by <c>reverse-bind</c>. A cloud metadata address may also be named by the key's permitopen.
/// </summary>
internal sealed class GatewayForwardingPolicy : IForwardingPolicy
{
    private static readonly PolicyVerdict ByName = new(true, "judged by its addresses");
    private readonly GatewayConfiguration _configuration;
    private readonly DestinationPolicy _destinations;
    private readonly IReadOnlyList<string> _neverReachable;

    public GatewayForwardingPolicy(GatewayConfiguration configuration, KeyPermissions permissions, IReadOnlyList<string> neverReachable)
    {
        _configuration = configuration;
        _neverReachable = neverReachable;
        IPAddress[] named = [.. permissions.PermitOpen.Select(p => IPAddress.TryParse(p.Host, out IPAddress? a) ? a : null).OfType<IPAddress>().Where(a => AddressClassifier.Classify(a) == AddressClass.Metadata)];
        _destinations = (named.Length == 0 ? configuration : configuration with { Metadata = [.. configuration.Metadata, .. named] }).ToDestinationPolicy();
    }

    public PolicyVerdict JudgeOpen(Destination to) => to is UnixDestination unix ? _configuration.StreamLocal.Judge(unix.Path, _neverReachable) : ByName;

    public PolicyVerdict JudgeAddress(TcpDestination to, IPAddress address) => _destinations.Judge(to.Host, to.Port, address);

    public PolicyVerdict JudgeListen(Destination at) => at is UnixDestination unix ? _configuration.StreamLocal.Judge(unix.Path, _neverReachable) : ByName;

    public PolicyVerdict JudgeBind(TcpDestination at, IPAddress address) => _configuration.ReverseBind.Judge(address);
}
