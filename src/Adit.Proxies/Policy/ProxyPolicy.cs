using Adit.Core.Policy;

namespace Adit.Proxies.Policy;

/// <summary>
/// The policy of one listener: its rules, then the defaults. CONNECT reaches port 443 only, whoever asks: a rule without a port means that port there, since
/// a proxy whose CONNECT reaches any port is an open relay (VU#150227). SOCKS, plain HTTP and transparent proxying reach everything from a loopback listener;
/// from any other nothing until a rule allows it. On such a listener neither reaches loopback, link-local, metadata or private addresses unless they are
/// named by network or class, judged on the resolved address.
/// </summary>
public sealed class ProxyPolicy
{
    private static readonly AddressClass[] Delicate =
        [AddressClass.Loopback, AddressClass.Unspecified, AddressClass.LinkLocal, AddressClass.Metadata, AddressClass.Private, AddressClass.Multicast];

    private static readonly PortRange Https = new(443, 443);

    /// <summary>Makes the policies of a listener.</summary>
    /// <param name="rules">The operator's rules, in order.</param>
    /// <param name="isLoopback">Whether only this machine reaches the listener.</param>
    public ProxyPolicy(IReadOnlyList<DestinationRule> rules, bool isLoopback)
    {
        ArgumentNullException.ThrowIfNull(rules);
        AddressClass[]? guarded = isLoopback ? null : Delicate;
        DestinationRule.TryParse("*:443", allow: true, out DestinationRule? https, out _);
        Connect = new DestinationPolicy(
            [.. rules.Select(r => r.Allow && !r.NamesPorts ? r.WithPorts(Https) : r), https!], new PolicyVerdict(false, "default: CONNECT reaches port 443 only"), guarded);
        Other = new DestinationPolicy(
            rules, isLoopback ? new PolicyVerdict(true, "default: a loopback listener reaches everything") : new PolicyVerdict(false, "default: a listener beyond loopback reaches nothing that no rule allows"), guarded);
    }

    /// <summary>For HTTP's CONNECT.</summary>
    public DestinationPolicy Connect { get; }

    /// <summary>For SOCKS, plain HTTP and transparent proxying.</summary>
    public DestinationPolicy Other { get; }
}
