namespace Adit.Gateway.Addresses;

/// <summary>That a number of the pool belongs to a key. Immutable.</summary>
/// <param name="Number">The number.</param>
/// <param name="Owner">The fingerprint of the key.</param>
/// <param name="LastUsed">When a tunnel last had it.</param>
public sealed record AddressLease(int Number, string Owner, DateTimeOffset LastUsed);
