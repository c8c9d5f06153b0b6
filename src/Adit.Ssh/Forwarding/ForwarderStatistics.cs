namespace Adit.Ssh.Forwarding;

/// <summary>What a <see cref="Forwarder"/> did so far.</summary>
/// <param name="Accepted">Connections accepted.</param>
/// <param name="Failed">Those whose target was not reached.</param>
/// <param name="Up">Octets of connections that are over, towards the target.</param>
/// <param name="Down">Octets of connections that are over, from the target.</param>
public readonly record struct ForwarderStatistics(long Accepted, long Failed, long Up, long Down);
