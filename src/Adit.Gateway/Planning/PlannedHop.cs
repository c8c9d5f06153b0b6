namespace Adit.Gateway.Planning;

/// <summary>A hop on the way.</summary>
/// <param name="Hop">The hop, without secrets.</param>
/// <param name="Dials">What is dialled to reach it, ssh_config applied.</param>
/// <param name="Means">What it does, in words.</param>
/// <param name="IsEncrypted">Whether the octets between the place before it and itself are encrypted by it.</param>
public sealed record PlannedHop(string Hop, string Dials, string Means, bool IsEncrypted);
