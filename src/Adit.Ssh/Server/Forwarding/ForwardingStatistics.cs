namespace Adit.Ssh.Server.Forwarding;

/// <summary>What a session did so far.</summary>
/// <param name="Opened">Channels that were opened, either way.</param>
/// <param name="Refused">Channels and listeners that the policy refused.</param>
/// <param name="Failed">Destinations that could not be reached, and streams that the client did not take.</param>
/// <param name="FromClient">Octets that the client sent through channels that have ended.</param>
/// <param name="ToClient">Octets that the client was sent through channels that have ended.</param>
public readonly record struct ForwardingStatistics(long Opened, long Refused, long Failed, long FromClient, long ToClient);
