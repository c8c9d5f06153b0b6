namespace Adit.Proxies;

/// <summary>What a <see cref="ProxyService"/> did so far.</summary>
/// <param name="Accepted">Connections of clients that were let in.</param>
/// <param name="Refused">Requests that the policy refused, and connections beyond the limits.</param>
/// <param name="Failed">Requests whose destination was not reached.</param>
/// <param name="Up">Octets of requests that are over, towards destinations.</param>
/// <param name="Down">Octets of requests that are over, from destinations.</param>
public readonly record struct ProxyStatistics(long Accepted, long Refused, long Failed, long Up, long Down);
