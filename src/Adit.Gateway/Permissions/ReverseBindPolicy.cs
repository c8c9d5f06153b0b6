using System.Net;
using Adit.Core.Policy;

namespace Adit.Gateway.Permissions;

/// <summary>Where a session may open reverse listeners. The default is loopback only.</summary>
/// <param name="Loopback">Whether 127.0.0.0/8 and ::1 may be bound.</param>
/// <param name="Anywhere">Whether every address may be bound, the wildcard too.</param>
/// <param name="Networks">Further addresses and networks that may be bound.</param>
public sealed record ReverseBindPolicy(bool Loopback, bool Anywhere, IReadOnlyList<IPNetwork> Networks)
{
    /// <summary>127.0.0.0/8 and ::1; the default.</summary>
    public static ReverseBindPolicy LoopbackOnly { get; } = new(true, false, []);

    /// <summary>Judges one address that a listener would be bound to.</summary>
    public PolicyVerdict Judge(IPAddress address)
    {
        if (Anywhere) return new PolicyVerdict(true, "reverse-bind: any");
        AddressClass c = AddressClassifier.Classify(address);
        if (Loopback && c == AddressClass.Loopback) return new PolicyVerdict(true, "reverse-bind: loopback");
        IPAddress plain = AddressClassifier.Unwrap(address);
        foreach (IPNetwork network in Networks)
        {
            // The wildcard opens every address, so only a rule that names all of them permits it.
            if (c == AddressClass.Unspecified ? network.PrefixLength == 0 && network.Contains(plain) : network.Contains(plain))
                return new PolicyVerdict(true, $"reverse-bind: {network}");
        }

        return new PolicyVerdict(false, $"reverse-bind: {this}");
    }

    /// <inheritdoc/>
    public override string ToString() => Anywhere ? "any"
        : string.Join(", ", (Loopback ? ["loopback"] : Array.Empty<string>()).Concat(Networks.Select(n => n.ToString()))) is { Length: > 0 } words ? words : "none";
}
