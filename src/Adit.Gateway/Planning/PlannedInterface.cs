namespace Adit.Gateway.Planning;

/// <summary>An interface that a link makes, or takes where it is there.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>tun</c> or <c>tap</c>.</param>
/// <param name="Mtu">Its MTU in octets; where the configuration says none, as it is over a path of 1500.</param>
/// <param name="Stack">The protocols around its packets, for <c>adit mtu</c>.</param>
/// <param name="Addresses">Its addresses.</param>
/// <param name="Bridge">The bridge that it joins; null for none.</param>
public sealed record PlannedInterface(string Name, string Kind, int Mtu, string Stack, IReadOnlyList<string> Addresses, string? Bridge);
